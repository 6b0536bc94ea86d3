// fovea convert IN OUT: a model from one format into another.
#include "app/commands.h"
#include "app/console.h"
#include "app/data_argument.h"
#include "app/model_argument.h"
#include "app/numbers.h"
#include "app/options.h"
#include "app/output_file.h"
#include "fovea/train/keras_training.h"

namespace fovea::app {

int convert(const Arguments& words) {
  CommonOptions common;
  ModelArguments arguments;
  std::string out;
  OptionTable table("convert", "IN OUT [OPTIONS]",
                    "Writes a model in another format, which the extension of OUT names: .safetensors, .keras, .h5, "
                    ".weights.h5 (weights alone) or .json (the architecture alone).");
  table.positional("IN", arguments.model, "FILE.safetensors, FILE.keras, FILE.h5, FILE.json, a run folder or a name");
  table.positional("OUT", out, "the file to write; one that is there is replaced");
  add_model_options(table, arguments);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(words)) return 0;
  check(common);
  if (!arguments.model.empty() && out.empty()) throw usage_error("OUT", "is missing (expected a file to write)");
  check_model_output(out, "OUT");
  const Console console = common.console();

  OpenedModel opened = open_model(arguments, common.seed, [](const Model*) { return ModelSizes(); }, console);
  if (!out.ends_with(".json")) warn_if_untrained(opened, arguments, common.seed, console);
  KerasTraining training;
  try {
    if (is_keras_path(out)) training = keras_training_for(opened.training, opened.model, out, arguments.model);
  } catch (const Error& error) {
    console.note("{}; the optimizer is left out", error.what());
  }
  write_model_file(opened.model, out, training);
  const Parameters& parameters = opened.model.parameters();
  const bool weights = !out.ends_with(".json");
  Json tensors = Json::array();
  for (int p = 0; weights && p < parameters.size(); ++p) {
    const Json shape = [&] {
      Json sizes = Json::array();
      for (int64_t size : parameters[p].spec.shape) sizes.push_back(size);
      return sizes;
    }();
    tensors.push_back({{"name", parameters[p].path}, {"shape", shape}});
    if (!common.json) print(fmt::format("{}  {}\n", parameters[p].path, to_string(parameters[p].spec.shape)));
  }
  if (common.json) {
    print_json({{"file", out}, {"tensors", std::move(tensors)}, {"parameters", parameters.count(false, opened.model.graph())}});
  } else {
    print(fmt::format("{}: {} tensors, {} numbers\n", out, weights ? parameters.size() : 0,
                      grouped(weights ? parameters.count(false, opened.model.graph()) : 0)));
  }
  return 0;
}

}  // namespace fovea::app
