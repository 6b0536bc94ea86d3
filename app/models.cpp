// fovea models: the built-in architectures and how large they are.
#include "app/commands.h"
#include "app/console.h"
#include "app/numbers.h"
#include "app/options.h"
#include "fovea/report/text.h"
#include "fovea/zoo/zoo.h"

namespace fovea::app {

int models(const Arguments& arguments) {
  CommonOptions common;
  OptionTable table("models", "[OPTIONS]",
                    "Lists the built-in architectures, with their parameters at the pictures and classes they are made for.");
  add_output_options(table, common);
  if (!table.parse(arguments)) return 0;

  Json list = Json::array();
  for (const zoo::Entry& entry : zoo::entries()) {
    const Graph graph = zoo::graph(entry.name);
    const Shape& shape = entry.picture_shape;
    const int64_t parameters = Parameters(graph, Unset{}).count(false, graph);
    if (common.json) {
      list.push_back({{"name", entry.name},
                      {"description", entry.description},
                      {"parameters", parameters},
                      {"input_shape", {shape[0], shape[1], shape[2]}},
                      {"classes", entry.classes},
                      {"pretrained", entry.family}});
    } else {
      print(left_aligned(entry.name, 18) + right_aligned(grouped(parameters), 12) +
            right_aligned(fmt::format("{}x{}", shape[0], shape[1]), 9) + "  " + entry.description + "\n");
    }
  }
  if (common.json) print_json({{"models", list}});
  return 0;
}

}  // namespace fovea::app
