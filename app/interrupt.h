// Ctrl-C (SIGINT) and SIGTERM: the program ends at once with exit code 130. While a training is guarded the first one
// asks it to stop, so that what it learned is saved; the second ends the program.
#pragma once

#include "fovea/train/trainer.h"

namespace fovea::app {

void install_interrupts();  // once, at the program's start

class InterruptGuard final : public Callback {
 public:
  explicit InterruptGuard(Trainer& trainer);
  ~InterruptGuard() override;

  // A signal that came just before the training began counts too.
  void on_train_begin(Trainer& trainer) override;

  static bool interrupted();
};

// While it is there, the first signal is only noted: whoever holds it asks InterruptGuard::interrupted().
class InterruptHold {
 public:
  InterruptHold();
  ~InterruptHold();
  InterruptHold(const InterruptHold&) = delete;
  InterruptHold& operator=(const InterruptHold&) = delete;
};

}  // namespace fovea::app
