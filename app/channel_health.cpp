#include "app/channel_health.h"

#include <algorithm>

#include "app/data_argument.h"

namespace fovea::app {
namespace {

std::string listed(const std::vector<int64_t>& channels) {
  constexpr size_t kMost = 16;
  std::string text;
  for (size_t i = 0; i < std::min(channels.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + std::to_string(channels[i]);
  return channels.size() > kMost ? text + ", …" : text;
}

}  // namespace

explain::ChannelSurvey survey_channels(Model& model, const std::vector<int>& layers, const std::string& data, int64_t sample,
                                       const PictureRules& rules, ThreadPool& pool) {
  DataArguments which;
  which.data = data;
  const Dataset dataset = open_data(which, {.train = true, .test = false}, {.model = &model, .resizing = rules.resizing, .threads = pool.threads()});
  std::vector<int32_t> classes(static_cast<size_t>(dataset.classes));
  const DataExamples examples(wanted_split(dataset, SplitKind::train, "--data"), rules, classes, 1, dataset.name);
  explain::ChannelSurvey survey(model, pool, layers);
  const int64_t count = std::min(sample, examples.size()), elements = examples.shape().elements();
  constexpr int64_t kBatch = 32;
  std::vector<float> pictures;
  for (int64_t first = 0; first < count; first += kBatch) {
    const int64_t rows = std::min(kBatch, count - first);
    pictures.resize(static_cast<size_t>(rows * elements));
    pool.run(static_cast<int>(rows), [&](int i) { examples.picture((first + i) * examples.size() / count, pictures.data() + i * elements); });
    survey.add(pictures);
  }
  return survey;
}

std::vector<LayerHealth> health_of(const explain::ChannelSurvey& survey) {
  std::vector<LayerHealth> health;
  for (const auto& channels : survey.activity()) {
    LayerHealth layer;
    for (size_t c = 0; c < channels.size(); ++c) {
      if (channels[c].dead()) layer.dead.push_back(static_cast<int64_t>(c));
      if (channels[c].saturated()) layer.saturated.push_back(static_cast<int64_t>(c));
    }
    health.push_back(std::move(layer));
  }
  return health;
}

void warn_of(const Model& model, const explain::ChannelSurvey& survey, const std::vector<LayerHealth>& health, const Console& console) {
  for (size_t l = 0; l < health.size(); ++l) {
    const Node& node = model.graph().node(survey.nodes()[l]);
    const auto say = [&](const std::vector<int64_t>& channels, const char* what) {
      if (!channels.empty())
        console.note("warning: {}: {} of {} channels {} on {} pictures: {}", node.layer->name(), channels.size(), node.shape.back(), what,
                     survey.pictures(), listed(channels));
    };
    say(health[l].dead, "are dead, one number everywhere");
    say(health[l].saturated, "are saturated, at the limit of their activation nearly everywhere");
  }
}

}  // namespace fovea::app
