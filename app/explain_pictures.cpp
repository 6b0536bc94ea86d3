#include "app/explain_pictures.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/output_file.h"
#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/formats/png.h"
#include "fovea/report/drawing.h"

namespace fovea::app {
namespace {

constexpr int64_t kCell = 256;
constexpr size_t kMostInOne = 200;  // pictures in one file

// The last part of a path without what cannot be in a file's name.
std::string stem_of(const std::string& path) {
  std::string name = path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
  for (const char* extension : {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".ppm", ".pgm"})
    if (name.size() > std::string(extension).size() && name.ends_with(extension)) name.resize(name.size() - std::string(extension).size());
  for (char& c : name)
    if (c == ':' || static_cast<unsigned char>(c) < 0x20) c = '-';
  return name.empty() || name.front() == '.' ? "picture" + name : name;
}

}  // namespace

SheetSection ExplanationSheets::section(const Image& whole, const std::string& path, const std::vector<const explain::Explanation*>& of) const {
  const Image picture = reduced(whole, kCell);
  const auto heat_of = [&](const explain::Explanation& explanation) {
    return explain::resized(explain::normalised(explanation.map), picture.height, picture.width);
  };
  SheetSection section;
  const explain::Explanation& first = *of.front();
  section.title = fmt::format("{}  {:.1f} %", style_.class_names[static_cast<size_t>(first.class_index)], 100 * first.probability);
  section.pictures.push_back({picture, "picture"});
  if (of.size() == 1) {
    const explain::Method& method = style_.methods.front();
    const explain::Map heat = heat_of(first);
    const bool zero = explain::is_zero(first.map);
    section.note = fmt::format("{}{}, {}.  {}", method.title, method.family == explain::Family::cam ? " of " + style_.layer : "",
                               style_.target == "score" ? "score before softmax" : "probability", path);
    section.pictures.push_back({style_.colours.picture(heat.values, picture.width),
                                zero ? "all zero" : fmt::format("map {}x{}", first.map.height, first.map.width)});
    section.pictures.push_back({overlay(picture, heat.values, style_.colours, style_.alpha), "overlay"});
    return section;
  }
  section.note = fmt::format("{} methods, maps of layers: {}; {}.  {}", of.size(), style_.layer,
                             style_.target == "score" ? "score before softmax" : "probability", path);
  for (size_t m = 0; m < of.size(); ++m)
    section.pictures.push_back({overlay(picture, heat_of(*of[m]).values, style_.colours, style_.alpha),
                                style_.methods[m].title + (explain::is_zero(of[m]->map) ? ": zero" : "")});
  return section;
}

Image ExplanationSheets::sheet(const std::vector<SheetSection>& sections) const {
  return picture_sheet(sections, {.cell = kCell, .columns = style_.methods.size() == 1 ? 3 : 5, .caption_scale = 2});
}

std::string ExplanationSheets::file_name(const std::string& path) const {
  return stem_of(path) + "-" + (style_.methods.size() == 1 ? style_.methods.front().name : "methods") + ".png";
}

std::vector<std::string> ExplanationSheets::save(const PictureList& list, const std::vector<int64_t>& places,
                                                 const std::vector<std::vector<explain::Explanation>>& explained, const std::string& out) const {
  const auto section_of = [&](size_t i) {
    std::vector<const explain::Explanation*> of;
    for (const auto& method : explained) of.push_back(&method[i]);
    return section(list.shown(places[i]), list.path(places[i]), of);
  };
  std::vector<std::string> files;
  if (places.empty()) return files;
  if (out.ends_with(".png") || (out.empty() && places.size() == 1)) {
    if (places.size() > kMostInOne)
      throw usage_error("--out", "too many pictures for one file (got {}, expected at most {}; name a folder)", places.size(), kMostInOne);
    std::vector<SheetSection> sections;
    for (size_t i = 0; i < places.size(); ++i) sections.push_back(section_of(i));
    files.push_back(out.empty() ? file_name(list.path(places[0])) : out);
    save_png(files.back(), sheet(sections));
    return files;
  }
  const std::string folder = out.empty() ? "explain" : out;
  create_folders(folder);
  std::set<std::string> taken;
  for (size_t i = 0; i < places.size(); ++i) {
    files.push_back(folder + "/" + distinct_name(file_name(list.path(places[i])), taken));
    save_png(files.back(), sheet({section_of(i)}));
  }
  return files;
}

}  // namespace fovea::app
