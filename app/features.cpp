// fovea features MODEL PICTURE: what the layers make of a picture.
#include <algorithm>

#include "app/channel_health.h"
#include "app/commands.h"
#include "app/console.h"
#include "app/feature_pictures.h"
#include "app/given_pictures.h"
#include "app/option_values.h"
#include "app/options.h"
#include "app/output_file.h"
#include "app/picture_rules.h"
#include "fovea/base/file.h"
#include "fovea/explain/feature_maps.h"
#include "fovea/explain/layer_choice.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/png.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

struct FeaturesArguments {
  ModelArguments model;
  GivenPictures pictures;
  std::string layers, channels, out, npz, colormap = "viridis";
  std::string data;
  int64_t sample = 256;
};

struct ChannelRange {
  int64_t first = 0, last = 0;
};

// "0,3-7"
std::vector<ChannelRange> parse_channels(const std::string& text) {
  std::vector<ChannelRange> ranges;
  for (const std::string& word : word_list(text)) {
    const size_t dash = word.find('-', 1);
    const OptionText number = {.least = 0};
    const auto first = parse_integer<int64_t>(word.substr(0, dash), number, "--channels");
    const auto last = dash == std::string::npos ? first : parse_integer<int64_t>(word.substr(dash + 1), number, "--channels");
    if (last < first) throw usage_error("--channels", "the range ends before it begins (got {})", word);
    ranges.push_back({first, last});
  }
  return ranges;
}

// The channels of a layer that are shown: those asked for that it has, or all.
std::vector<int64_t> shown_channels(const std::vector<ChannelRange>& ranges, int64_t channels) {
  std::vector<int64_t> shown;
  for (int64_t c = 0; c < channels; ++c)
    if (ranges.empty() || std::any_of(ranges.begin(), ranges.end(), [&](const ChannelRange& r) { return r.first <= c && c <= r.last; }))
      shown.push_back(c);
  return shown;
}

std::vector<int> wanted_layers(const Graph& graph, const std::string& text) {
  if (text.empty()) {
    std::vector<int> layers = explain::map_layers(graph);
    if (layers.empty()) throw usage_error("--layers", "the model has no convolution or pooling layer with rows and columns; name layers");
    return layers;
  }
  std::vector<int> layers;
  for (const std::string& name : word_list(text)) {
    const int node = graph.find(name);
    if (std::find(layers.begin(), layers.end(), node) == layers.end()) layers.push_back(node);
  }
  return layers;
}

std::string file_name(const std::string& path) {
  std::string name = path;
  std::replace(name.begin(), name.end(), '/', '-');
  return name + ".png";
}

}  // namespace

int features(const Arguments& words) {
  CommonOptions common;
  FeaturesArguments arguments;
  OptionTable table("features", "MODEL PICTURE [OPTIONS]", "Shows what the layers of a model make of a picture, channel by channel.");
  add_model_argument(table, arguments.model);
  add_given_pictures(table, arguments.pictures);
  table.section("Maps");
  table.add("--layers", arguments.layers,
            {.value = "A,B", .help = "which layers, by name or path", .none = "every convolution and pooling layer", .list = true});
  table.add("--channels", arguments.channels, {.value = "0,3-7", .help = "which channels", .none = "all", .list = true});
  table.add("--out", arguments.out, {.value = "DIR", .help = "where to write a PNG file a layer, and filters.png", .none = "features; with --npz nowhere"});
  table.add("--npz", arguments.npz, {.value = "FILE.npz", .help = "write the raw maps, (1, H, W, C) float32 by layer path"});
  table.add("--colormap", arguments.colormap, {.value = "NAME", .help = "colours", .choices = ColourMap::names()});
  table.section("Dead channels");
  table.add("--data", arguments.data,
            {.value = "DATA", .help = "a data set on whose training pictures channels are looked at", .none = "the one that the model was trained on, if it is there"});
  table.add("--sample", arguments.sample, {.value = "N", .help = "how many of its pictures; 0: none", .least = 0});
  add_model_options(table, arguments.model);
  table.section("Pictures");
  add_given_picture_options(table, arguments.pictures);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(words)) return 0;
  check(common);
  if (!arguments.model.model.empty()) check(arguments.pictures);
  if (arguments.pictures.files.size() > 1)
    throw usage_error("PICTURE", "only one can be looked at (got {})", arguments.pictures.files.size());
  const std::vector<ChannelRange> ranges = parse_channels(arguments.channels);
  const ColourMap& colours = ColourMap::of(arguments.colormap, "--colormap");
  if (!arguments.npz.empty()) check_output(arguments.npz, ".npz", "--npz");
  const bool draws = arguments.npz.empty() || !arguments.out.empty();
  const std::string folder = arguments.out.empty() ? "features" : arguments.out;
  if (draws && file_exists(folder)) throw file_error(folder, "cannot write: there is a file of this name (expected a folder)");
  const Console console = common.console();

  OpenedModel opened = open_model(arguments.model, common.seed, [&](const Model*) { return sizes_of(arguments.pictures); }, console);
  Model& model = opened.model;
  warn_if_untrained(opened, arguments.model, common.seed, console);
  const PictureRules rules = picture_rules(model, arguments.pictures.rules, console);
  const std::vector<int> layers = wanted_layers(model.graph(), arguments.layers);
  std::vector<Error> failures;
  const PictureList list = list_pictures(arguments.pictures, rules, failures);
  if (list.size() != 1) throw usage_error("PICTURE", "only one can be looked at (got {})", list.size());
  std::vector<float> picture(static_cast<size_t>(model.input_shape().elements()));
  list.read(0, picture.data());

  ThreadPool pool(common.thread_count());
  const std::vector<explain::LayerMaps> maps = explain::feature_maps(model, pool, picture, layers);
  for (const explain::LayerMaps& layer : maps)
    if (const int64_t channels = layer.shape.back(); shown_channels(ranges, channels).empty())
      throw usage_error("--channels", "layer \"{}\" has none of these channels (got {}, expected 0 to {})", layer.path, arguments.channels, channels - 1);
  if (!arguments.npz.empty()) {
    std::vector<NamedTensor> arrays;
    for (const explain::LayerMaps& layer : maps) {
      Shape shape = {1};
      for (const int64_t size : layer.shape) shape.push_back(size);
      arrays.push_back({.name = layer.path, .shape = shape, .data = layer.values.data()});
    }
    save_npz(arguments.npz, arrays);
  }

  std::vector<LayerHealth> health;
  if (arguments.sample > 0) {
    const bool asked = !arguments.data.empty();
    const auto recorded = model.info.provenance.find("data");
    if (!asked && recorded != model.info.provenance.end() && recorded->is_string()) arguments.data = recorded->get<std::string>();
    if (!arguments.data.empty()) {
      try {
        const explain::ChannelSurvey survey = survey_channels(model, layers, arguments.data, arguments.sample, rules, pool);
        health = health_of(survey);
        warn_of(model, survey, health, console);
      } catch (const Error& error) {
        if (asked) throw;
        console.detail("channels are not looked at on the data the model was trained on: {}", error.what());
      }
    }
  }

  Json result = Json::array();
  const std::string filters_name = "filters.png";
  std::set<std::string> taken = {filters_name};
  if (draws) create_folders(folder);
  for (size_t l = 0; l < maps.size(); ++l) {
    const explain::LayerMaps& layer = maps[l];
    const std::vector<int64_t> channels = shown_channels(ranges, layer.shape.back());
    Json entry = {{"layer", layer.path}, {"channels", channels}, {"shape", Json(std::vector<int64_t>(layer.shape.begin(), layer.shape.end()))}};
    if (draws) {
      const MapGrid grid = map_grid(layer, channels, colours, list.path(0));
      const std::string file = folder + "/" + distinct_name(file_name(layer.path), taken);
      save_png(file, grid.picture);
      entry["file"] = file;
      if (!common.json)
        print(fmt::format("{}  {}  {}{}\n", one_line(layer.path), to_string(layer.shape), one_line(valid_utf8(file)),
                          grid.constant > 0 ? fmt::format("  ({} of {} channels are one number everywhere here)", grid.constant, channels.size()) : ""));
    }
    if (!health.empty()) {
      entry["dead"] = health[l].dead;
      entry["saturated"] = health[l].saturated;
    }
    result.push_back(std::move(entry));
  }
  if (draws)
    if (const auto filters = filter_grid(model)) {
      const std::string file = folder + "/" + filters_name;
      save_png(file, *filters);
      if (!common.json) print(fmt::format("filters of the first convolution  {}\n", one_line(valid_utf8(file))));
    }
  if (!arguments.npz.empty() && !common.json) print(fmt::format("{} layers' maps  {}\n", maps.size(), one_line(valid_utf8(arguments.npz))));
  if (common.json) print_json({{"picture", valid_utf8(list.path(0))}, {"layers", std::move(result)}});
  return 0;
}

}  // namespace fovea::app
