// fovea summary MODEL: Keras's table, parameters, cost; the architecture as JSON or as a graph; the plan of a step.
#include "fovea/model/summary.h"

#include "app/commands.h"
#include "app/console.h"
#include "app/data_argument.h"
#include "app/model_argument.h"
#include "app/options.h"
#include "app/terminal.h"
#include "fovea/base/file.h"
#include "fovea/io/any_file.h"
#include "fovea/io/architecture.h"
#include "fovea/model/cost.h"
#include "fovea/model/plan_builder.h"
#include "fovea/report/text.h"
#include "fovea/train/optimizer.h"

namespace fovea::app {
namespace {

// A step of training with Adam, or of prediction.
std::string plan_of(Model& model, int64_t batch, int lanes, bool training) {
  const Optimizer adam;
  PlanOptions options = training ? training_step(model, batch) : PlanOptions{.batch = batch};
  options.lanes = lanes;
  if (training) {
    options.update = &adam;
    model.parameters().book_slots(model.graph(), adam.slots());
  }
  return plan_text(*make_plan(model.graph(), model.parameters(), options));
}

// What there is to say of weights alone.
void print_tensors(const std::string& path, bool json) {
  Json list = Json::array();
  int64_t numbers = 0;
  for (const TensorEntry& tensor : tensors_in(path)) {
    numbers += tensor.shape.elements();
    Json shape = Json::array();
    for (int64_t size : tensor.shape) shape.push_back(size);
    list.push_back({{"name", tensor.name}, {"shape", std::move(shape)}, {"dtype", to_string(tensor.dtype)}});
    if (!json) print(fmt::format("{}  {} {}\n", one_line(valid_utf8(tensor.name)), to_string(tensor.dtype), to_string(tensor.shape)));
  }
  if (json) print_json({{"file", path}, {"tensors", std::move(list)}, {"numbers", numbers}});
  else print(fmt::format("{} tensors, {} numbers; --architecture MODEL says of what\n", list.size(), with_commas(numbers)));
}

}  // namespace

int summary(const Arguments& arguments) {
  CommonOptions common;
  DataArguments data;
  data.data.clear();
  ModelArguments of_model;
  std::string format = "text", step = "training";
  bool expand_nested = false;
  int64_t batch = 32;
  OptionTable table("summary", "MODEL [OPTIONS]",
                    "Shows a model: layers, parameters, FLOPs a picture, memory of a training step.");
  add_model_argument(table, of_model);
  table.section("Summary");
  table.add("--format", format,
            {.value = "FORMAT",
             .help = "a table; the architecture in short form; a Graphviz graph; the plan of a step",
             .choices = {"text", "json", "dot", "plan"}});
  table.add("--expand-nested", expand_nested, {.help = "list the layers of models inside the model too"});
  table.add("--step", step, {.value = "STEP", .help = "which step's plan", .choices = {"training", "prediction"}});
  table.add("--batch-size", batch, {.value = "N", .help = "pictures of the planned step", .least = 1, .most = 1 << 20});
  table.add("--data", data.data,
            {.value = "DATA", .help = "sizes a model by name", .none = "pictures and classes as the model is made for"});
  table.add("--image-size", data.image_size, {.value = "H[,W]", .help = "pictures that a model by name is made for", .none = "the data's; pretrained families 224"});
  add_model_options(table, of_model);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(arguments)) return 0;
  check(common);

  if (of_model.architecture.empty() && is_model_path(of_model.model) && file_exists(of_model.model) &&
      holds_weights_alone(of_model.model)) {
    print_tensors(of_model.model, common.json);
    return 0;
  }
  const auto sizes = [&](const Model*) {
    settle_picture_size(of_model, data);
    return ModelSizes::of(data);
  };
  Model model = open_model(of_model, common.seed, sizes, common.console()).model;
  if (format == "json") {
    print(write_short(model.graph()).dump(common.json ? -1 : 2) + "\n");
  } else if (common.json) {
    Json json = summary_json(model);
    if (format == "dot") json["dot"] = summary_dot(model);
    if (format == "plan") json["plan"] = plan_of(model, batch, common.lanes, step == "training");
    print_json(json);
  } else if (format == "dot") {
    print(summary_dot(model));
  } else if (format == "plan") {
    print(plan_of(model, batch, common.lanes, step == "training"));
  } else {
    print(summary_text(model, {.columns = columns(), .expand_nested = expand_nested}));
  }
  return 0;
}

}  // namespace fovea::app
