#include "fovea/io/keras_1.h"

#include <map>
#include <set>

#include "fovea/base/error.h"
#include "fovea/base/fields.h"

namespace fovea {
namespace {

const std::map<std::string, std::string> kClasses = {{"Convolution2D", "Conv2D"},
                                                     {"Deconvolution2D", "Conv2DTranspose"},
                                                     {"SeparableConvolution2D", "SeparableConv2D"},
                                                     {"AtrousConvolution2D", "Conv2D"}};

// Arguments that only changed their names.
const std::map<std::string, std::string> kArguments = {{"nb_filter", "filters"},
                                                       {"output_dim", "units"},
                                                       {"border_mode", "padding"},
                                                       {"subsample", "strides"},
                                                       {"atrous_rate", "dilation_rate"},
                                                       {"bias", "use_bias"},
                                                       {"init", "kernel_initializer"},
                                                       {"W_regularizer", "kernel_regularizer"},
                                                       {"b_regularizer", "bias_regularizer"},
                                                       {"W_constraint", "kernel_constraint"},
                                                       {"b_constraint", "bias_constraint"},
                                                       {"p", "rate"},
                                                       {"sigma", "stddev"}};

// What is only in configs of Keras 1.
const std::set<std::string> kMarks = {"nb_filter", "output_dim", "border_mode", "dim_ordering", "subsample", "input_dtype", "p", "sigma"};

const std::map<std::string, std::string> kMerges = {{"sum", "Add"},     {"mul", "Multiply"}, {"ave", "Average"},
                                                    {"max", "Maximum"}, {"concat", "Concatenate"}};

void read_merge(std::string& type, Json& config, const std::string& where) {
  const auto mode = config.find("mode");
  const auto known = mode != config.end() && mode->is_string() ? kMerges.find(mode->get<std::string>()) : kMerges.end();
  if (known == kMerges.end())
    throw file_error(where, "a Merge of this mode cannot be had (got {}, expected sum, mul, ave, max or concat)",
                     mode == config.end() ? "none" : shown(*mode));
  type = known->second;
  Json merged = Json::object();
  for (const char* key : {"name", "trainable"})
    if (config.contains(key)) merged[key] = config[key];
  if (type == "Concatenate" && config.contains("concat_axis")) merged["axis"] = config["concat_axis"];
  config = std::move(merged);
}

}  // namespace

bool is_keras_1(const std::string& type, const Json& config) {
  if (kClasses.contains(type) || type == "Merge") return true;
  if (type == "BatchNormalization" && config.contains("mode")) return true;
  for (const std::string& mark : kMarks)
    if (config.contains(mark)) return true;
  return false;
}

void read_keras_1(std::string& type, Json& config, const std::string& where) {
  if (type == "Merge") return read_merge(type, config, where);
  if (const auto known = kClasses.find(type); known != kClasses.end()) type = known->second;
  Json read = Json::object();
  for (auto& [key, value] : config.items()) {
    if (key == "dim_ordering") {
      if (value != "tf" && value != "default")
        throw file_error(where, "dim_ordering must be \"tf\", channels last (got {})", shown(value));
    } else if (key == "mode") {
      if (value != 0) throw file_error(where, "a normalisation of this mode cannot be had (got {}, expected 0)", shown(value));
    } else if (key == "nb_row" || key == "nb_col") {
      if (!read.contains("kernel_size")) read["kernel_size"] = {nullptr, nullptr};
      read["kernel_size"][key == "nb_row" ? 0 : 1] = value;
    } else if (key == "input_dtype" || key == "input_dim" || key == "input_length" || key == "weights") {
      continue;  // of the first layer, or what the file itself holds
    } else if ((key == "activity_regularizer" || key == "W_learning_rate_multiplier") && value.is_null()) {
      continue;
    } else {
      const auto known = kArguments.find(key);
      read[known == kArguments.end() ? key : known->second] = std::move(value);
    }
  }
  for (const char* distribution : {"normal", "uniform"})
    if (read.contains("kernel_initializer") && read["kernel_initializer"] == distribution)
      read["kernel_initializer"] = std::string("random_") + distribution;
  config = std::move(read);
}

}  // namespace fovea
