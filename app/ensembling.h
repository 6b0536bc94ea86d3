// What several models say together of a data set: `fovea ensemble`, and `fovea train A B … --ensemble` at its end.
#pragma once

#include <string>
#include <vector>

#include "app/console.h"
#include "app/data_argument.h"
#include "app/opened_data.h"
#include "app/options.h"
#include "app/test_result.h"
#include "fovea/ensemble/tables.h"

namespace fovea::app {

struct EnsembleArguments {
  std::vector<std::string> models;  // models; runs of several; studies, which stand for their `top` best
  DataArguments data;
  PictureArguments pictures;
  std::string combine = "mean", weights = "equal", temperature = "none", split = "test", augment = "none", save;
  int64_t top = 5, batch = 32;

  // Whether validation pictures fit something.
  bool fits() const { return weights != "equal" || temperature != "none"; }
  // Throws Error (usage) for what does not go together, Error (file) where `save` could never be written.
  void check() const;
};

struct EnsembleMemberScore {
  std::string model;
  double accuracy = 0, loss = 0, weight = 1, temperature = 1;
};

struct EnsembleScore {
  std::vector<EnsembleMemberScore> members = {};
  std::string combine;
  double temperature = 1;        // of the whole
  std::string split, fitted_on;  // fitted_on: empty where nothing was
  std::string saved;             // a file; empty: none
  TestResult result;
  ensemble::Diversity diversity;

  Json json() const;
  std::string text(int columns) const;
};

// Every member predicts a split once. Writes the ensemble as a model where `save` says so. Throws Error.
EnsembleScore score_ensemble(const EnsembleArguments& arguments, OpenedData& data, const CommonOptions& common, const Console& console);

}  // namespace fovea::app
