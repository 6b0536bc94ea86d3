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
                    "Lists the built-in architectures, with their parameters at 32x32x3 and 10 classes.");
  add_output_options(table, common);
  if (!table.parse(arguments)) return 0;

  Json list = Json::array();
  for (const zoo::Entry& entry : zoo::entries()) {
    const Model model = zoo::make(entry.name);
    const int64_t parameters = model.parameters().count(false, model.graph());
    if (common.json) {
      list.push_back({{"name", entry.name}, {"description", entry.description}, {"parameters", parameters}});
    } else {
      print(left_aligned(entry.name, 17) + right_aligned(grouped(parameters), 11) + "  " + entry.description + "\n");
    }
  }
  if (common.json) print_json({{"models", list}});
  return 0;
}

}  // namespace fovea::app
