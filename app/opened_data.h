// Data sets that were opened, for whoever opens the same again: for another model, run or trial.
#pragma once

#include <map>
#include <string>

#include "app/data_argument.h"

namespace fovea::app {

class OpenedData {
 public:
  // As open_data, all splits. What is returned shares its pictures with what is kept, two data sets at most.
  Dataset open(const DataArguments& arguments, const PictureUse& use);

 private:
  std::map<std::string, Dataset> kept_;  // by all that says how they were opened
};

}  // namespace fovea::app
