// Ends a training whose numbers are not finite any more as if it had been stopped (Keras: callbacks/terminate_on_nan.py),
// with the weights of before the step, instead of throwing.
#pragma once

#include "fovea/train/callback.h"

namespace fovea {

class TerminateOnNaN final : public Callback {
 public:
  void on_train_begin(Trainer&) override { reason_.clear(); }
  bool on_not_finite(Trainer&, const Error& error) override {
    reason_ = error.what();
    return true;
  }

  const std::string& reason() const { return reason_; }  // step and tensor; empty: nothing happened

 private:
  std::string reason_;
};

}  // namespace fovea
