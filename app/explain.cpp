// fovea explain MODEL PICTURE…: which parts of a picture a class was told from.
#include <algorithm>
#include <charconv>
#include <chrono>

#include "app/commands.h"
#include "app/console.h"
#include "app/explain_pictures.h"
#include "app/faithfulness_table.h"
#include "app/given_pictures.h"
#include "app/numbers.h"
#include "app/option_values.h"
#include "app/options.h"
#include "app/output_file.h"
#include "app/picture_rules.h"
#include "fovea/base/file.h"
#include "fovea/base/names.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/png.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

struct ExplainArguments {
  ModelArguments model;
  GivenPictures pictures;
  std::string method = "grad-cam", layer, class_name, target = "score", measure, labels, colormap = "jet", out, npz;
  float alpha = 0.4f;
  bool normalised = false;
  int64_t batch = 32;
  explain::MethodOptions options;
};

std::vector<explain::Method> wanted_methods(const std::string& text) {
  if (text == "all") return explain::methods();
  std::vector<explain::Method> wanted;
  for (const std::string& name : word_list(text)) wanted.push_back(explain::method_of(name, "--method"));
  if (wanted.empty()) throw usage_error("--method", "is empty (expected all or names of methods)");
  return wanted;
}

// By name, else by number.
int class_of(const std::string& text, const std::vector<std::string>& names) {
  const auto at = std::find(names.begin(), names.end(), text);
  if (at != names.end()) return static_cast<int>(at - names.begin());
  int index = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (code == std::errc() && stop == text.data() + text.size() && index >= 0 && index < static_cast<int>(names.size())) return index;
  throw usage_error("--class", "there is no such class (got \"{}\", expected a class's name or 0 to {}){}", text, names.size() - 1,
                    did_you_mean(text, names));
}

// Explanations of all pictures, method by method.
struct Explained {
  std::vector<int64_t> places;  // in the list
  std::vector<std::vector<explain::Explanation>> of;  // by method, by picture
  std::vector<Error> failures;
  double seconds = 0;  // of the network and the methods
};

void explain_all(explain::Explainer& explainer, const PictureList& list, const std::vector<explain::Method>& methods, int64_t batch,
                 FaithfulnessTable* table, ThreadPool& pool, Explained& result) {
  using Clock = std::chrono::steady_clock;
  const int64_t elements = explainer.network().picture_shape().elements();
  result.of.resize(methods.size());
  for (int64_t begin = 0; begin < list.size(); begin += batch) {
    const ReadPictures read = read_pictures(list, begin, std::min(batch, list.size() - begin), elements, pool, result.failures);
    if (read.size() == 0) continue;
    result.places.insert(result.places.end(), read.places.begin(), read.places.end());
    for (size_t m = 0; m < methods.size(); ++m) {
      const auto start = Clock::now();
      std::vector<explain::Explanation> some = explainer.explain(methods[m], read.numbers);
      result.seconds += std::chrono::duration<double>(Clock::now() - start).count();
      if (table != nullptr) table->add(m, explainer.network(), read.numbers, some);
      std::move(some.begin(), some.end(), std::back_inserter(result.of[m]));
    }
  }
}

// Arrays of an .npz: `map`, and `heatmap` where it is asked for; of several pictures with their numbers behind, of several
// methods with their names before.
void save_maps(const std::string& path, const Explained& explained, const std::vector<explain::Method>& methods, bool normalised) {
  std::vector<NamedTensor> arrays;
  std::vector<explain::Map> heatmaps;
  heatmaps.reserve(methods.size() * explained.places.size());
  for (size_t m = 0; m < methods.size(); ++m)
    for (size_t i = 0; i < explained.places.size(); ++i) {
      const std::string before = methods.size() > 1 ? methods[m].name + "/" : "";
      const std::string behind = explained.places.size() > 1 ? fmt::format("_{}", i) : "";
      const explain::Map& map = explained.of[m][i].map;
      arrays.push_back({.name = before + "map" + behind, .shape = {map.height, map.width}, .data = map.values.data()});
      if (!normalised) continue;
      heatmaps.push_back(explain::normalised(map));
      arrays.push_back({.name = before + "heatmap" + behind, .shape = {map.height, map.width}, .data = heatmaps.back().values.data()});
    }
  save_npz(path, arrays);
}

}  // namespace

int explain(const Arguments& words) {
  CommonOptions common;
  ExplainArguments arguments;
  explain::MethodOptions& options = arguments.options;
  OptionTable table("explain", "MODEL PICTURE… [OPTIONS]", "Shows which parts of a picture a class was told from.");
  add_model_argument(table, arguments.model);
  add_given_pictures(table, arguments.pictures);
  table.section("Explanation");
  std::string methods_help = "all, or one or more of:";
  for (const std::string& name : explain::method_names()) methods_help += " " + name;
  table.add("--method", arguments.method, {.value = "A,B", .help = methods_help, .list = true});
  table.add("--layer", arguments.layer,
            {.value = "PATH", .help = "whose maps are added up, by name or path", .none = "the last with rows and columns"});
  table.add("--class", arguments.class_name, {.value = "NAME|INDEX", .help = "which class", .none = "each picture's likeliest"});
  table.add("--target", arguments.target,
            {.value = "WHAT", .help = "what of the class: its score before softmax, or its probability", .choices = {"score", "probability"}});
  table.add("--labels", arguments.labels, {.value = "FILE", .help = "names of the classes, one a line", .none = "the model's"});
  table.add("--measure", arguments.measure,
            {.value = "A,B", .help = "compare methods: insertion, deletion (the area under the class's probability while pixels come or "
                                     "go in the map's order), average_drop (what is lost where the picture is seen through the map)",
             .none = "nothing",
             .list = true});
  table.add("--batch-size", arguments.batch, {.value = "N", .help = "pictures at a time", .least = 1, .most = 1 << 16});
  table.add("--samples", options.samples, {.value = "N", .help = "smoothgrad: noisy copies", .least = 1, .most = 1 << 20});
  table.add("--noise", options.noise, {.value = "F", .help = "smoothgrad: deviation of the noise, as a share of the picture's range", .least = 0});
  table.add("--steps", options.steps,
            {.value = "N", .help = "integrated-gradients: points on the path, at first", .least = 1, .most = 1 << 20});
  table.add("--patch", options.patch, {.value = "N", .help = "occlusion: side of what covers, in pixels", .none = "a quarter of the shorter side", .least = 0});
  table.add("--stride", options.stride, {.value = "N", .help = "occlusion: step from place to place", .none = "half a patch", .least = 0});
  table.section("Pictures of it");
  table.add("--colormap", arguments.colormap, {.value = "NAME", .help = "colours", .choices = ColourMap::names()});
  table.add("--alpha", arguments.alpha, {.value = "F", .help = "how much of the colours lies over the picture", .least = 0, .most = 1});
  table.add("--out", arguments.out,
            {.value = "FILE.png|DIR", .help = "all in one picture, or a file a picture", .none = "a file here, of several pictures in explain; with --npz nowhere"});
  table.add("--npz", arguments.npz, {.value = "FILE.npz", .help = "write the raw maps, (H, W) float32, as map"});
  table.add("--normalised", arguments.normalised, {.help = "with --npz: the maps divided by their largest number too, as heatmap"});
  add_model_options(table, arguments.model);
  table.section("Pictures");
  add_given_picture_options(table, arguments.pictures);
  add_output_options(table, common);
  add_machine_options(table, common);
  if (!table.parse(words)) return 0;
  check(common);
  options.seed = common.seed;
  if (!arguments.model.model.empty()) check(arguments.pictures);
  const std::vector<explain::Method> methods = wanted_methods(arguments.method);
  std::optional<FaithfulnessTable> faithfulness;
  if (!arguments.measure.empty()) faithfulness.emplace(word_list(arguments.measure), methods);
  const ColourMap& colours = ColourMap::of(arguments.colormap, "--colormap");
  if (!arguments.npz.empty()) check_output(arguments.npz, ".npz", "--npz");
  if (arguments.out.ends_with(".png")) check_output(arguments.out, ".png", "--out");
  else if (!arguments.out.empty() && file_exists(arguments.out))
    throw file_error(arguments.out, "cannot write: there is a file of this name (expected FILE.png or a folder)");
  const Console console = common.console();

  OpenedModel opened = open_model(arguments.model, common.seed, [&](const Model*) { return sizes_of(arguments.pictures); }, console);
  Model& model = opened.model;
  warn_if_untrained(opened, arguments.model, common.seed, console);
  const std::vector<std::string> names = class_names(model, arguments.labels);
  explain::ExplainOptions how = {.layer = arguments.layer,
                                 .target = arguments.target == "score" ? explain::Target::score : explain::Target::probability,
                                 .method = options,
                                 .threads = common.thread_count(),
                                 .batch = arguments.batch,
                                 .lanes = common.lanes};
  if (!arguments.class_name.empty()) how.class_index = class_of(arguments.class_name, names);
  Explained explained;
  const PictureList list = list_pictures(arguments.pictures, picture_rules(model, arguments.pictures.rules, console), explained.failures);
  // Plans for no more pictures than there will be.
  if (std::none_of(methods.begin(), methods.end(), [](const auto& method) { return method.own_pictures; }))
    how.batch = std::clamp<int64_t>(list.size(), 1, how.batch);
  explain::Explainer explainer(model, how);
  const Shape& cells = model.graph().node(explainer.layer()).shape;
  const bool any_cam = std::any_of(methods.begin(), methods.end(), [](const auto& method) { return method.family == explain::Family::cam; });
  if (any_cam) console.note("layer {} ({}x{} cells, {} channels)", explainer.layer_path(), cells[0], cells[1], cells[2]);
  if (any_cam && cells[0] * cells[1] == 1) console.note("warning: the layer has one cell: its map is the same everywhere");

  ThreadPool pool(common.thread_count());
  explain_all(explainer, list, methods, how.batch, faithfulness ? &*faithfulness : nullptr, pool, explained);
  tell_failures(explained.failures, explained.places.size());

  if (!arguments.npz.empty()) save_maps(arguments.npz, explained, methods, arguments.normalised);
  ExplanationSheets sheets({.methods = methods, .class_names = names, .layer = explainer.layer_path(), .target = arguments.target,
                            .colours = colours, .alpha = arguments.alpha});
  const bool draws = arguments.npz.empty() || !arguments.out.empty();
  std::vector<std::string> files;
  if (draws) files = sheets.save(list, explained.places, explained.of, arguments.out);

  Json pictures = Json::array();
  for (size_t i = 0; i < explained.places.size(); ++i) {
    const std::string path = valid_utf8(list.path(explained.places[i]));
    for (size_t m = 0; m < methods.size(); ++m) {
      const explain::Explanation& each = explained.of[m][i];
      const std::string name = valid_utf8(names[static_cast<size_t>(each.class_index)]);
      const bool zero = explain::is_zero(each.map);
      if (zero)
        console.note("{}: the {} map is zero: nothing in it speaks for class {}", one_line(path), methods[m].title, one_line(name));
      if (!common.json) {
        if (m == 0) print(fmt::format("{}  {} {:.4f}{}\n", one_line(path), one_line(name), each.probability, files.empty() ? "" : "  " + one_line(valid_utf8(files[std::min(i, files.size() - 1)]))));
        continue;
      }
      Json entry = {{"path", path}, {"method", methods[m].name}, {"class", name}, {"index", each.class_index}, {"probability", each.probability},
                    {arguments.target, each.value}, {"height", each.map.height}, {"width", each.map.width}, {"zero", zero},
                    {"largest", *std::max_element(each.map.values.begin(), each.map.values.end())}};
      if (methods[m].family == explain::Family::cam) entry["layer"] = explainer.layer_path();
      if (!files.empty()) entry["file"] = files[std::min(i, files.size() - 1)];
      pictures.push_back(std::move(entry));
    }
  }
  const double speed = explained.seconds > 0 ? static_cast<double>(explained.places.size() * methods.size()) / explained.seconds : 0;
  if (common.json) {
    Json result = {{"pictures", std::move(pictures)}, {"maps_per_second", speed}};
    if (faithfulness) result["measures"] = faithfulness->json();
    print_json(result);
  } else if (faithfulness) {
    print("\n" + faithfulness->text());
  }
  console.detail("{} maps, {} a second", grouped(static_cast<int64_t>(explained.places.size() * methods.size())), grouped(static_cast<int64_t>(speed)));
  return count_failures(explained.failures, explained.places.size(), console);
}

}  // namespace fovea::app
