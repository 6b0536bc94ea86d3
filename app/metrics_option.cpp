#include "app/metrics_option.h"

#include "app/option_values.h"
#include "fovea/train/metrics.h"

namespace fovea::app {

void add_metrics_option(OptionTable& table, std::string& metrics) {
  table.add("--metrics", metrics,
            {.value = "NAME,…",
             .help = "figures beside loss and accuracy: top_5 (any number), precision, recall, f1, auc by Keras's rules; "
                     "precision_macro, precision_weighted, recall_macro, recall_weighted, f1_weighted, f1_micro",
             .none = "none"});
}

std::vector<std::string> metric_list(const std::string& metrics) {
  std::vector<std::string> names = word_list(metrics);
  std::erase(names, "accuracy");  // is measured anyhow
  for (const std::string& name : names)
    if (!is_metric(name)) Metrics({name}, 1, "--metrics");  // which says what is wrong with it
  return names;
}

}  // namespace fovea::app
