// Explanations as pictures: the picture, its map and both together; of several methods side by side.
#pragma once

#include <string>
#include <vector>

#include "app/picture_list.h"
#include "fovea/explain/explainer.h"
#include "fovea/report/colour_map.h"
#include "fovea/report/picture_sheet.h"

namespace fovea::app {

struct ExplanationStyle {
  std::vector<explain::Method> methods;
  std::vector<std::string> class_names;
  std::string layer;   // of class activation maps
  std::string target;  // "score", "probability"
  const ColourMap& colours;
  float alpha = 0.4f;
};

class ExplanationSheets {
 public:
  explicit ExplanationSheets(ExplanationStyle style) : style_(std::move(style)) {}

  // The explanations (by method) of one picture: one method as three panels, several as a montage of overlays.
  SheetSection section(const Image& picture, const std::string& path, const std::vector<const explain::Explanation*>& of) const;

  // Writes what is at `places` of the list, explained (by method, by picture): all in FILE.png, or each in a file of a
  // folder; of an empty name, a file here, or files in "explain" where there are several pictures. Returns the files.
  std::vector<std::string> save(const PictureList& list, const std::vector<int64_t>& places,
                                const std::vector<std::vector<explain::Explanation>>& explained, const std::string& out) const;

 private:
  Image sheet(const std::vector<SheetSection>& sections) const;
  std::string file_name(const std::string& path) const;

  ExplanationStyle style_;
};

}  // namespace fovea::app
