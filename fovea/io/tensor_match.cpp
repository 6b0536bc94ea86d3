#include "fovea/io/tensor_match.h"

#include <algorithm>
#include <map>
#include <set>

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea {
namespace {

constexpr size_t kMostRows = 50;
constexpr size_t kMostCompared = 200;  // names in the file, with that of each missing tensor

std::string shown(const TensorEntry& entry) {
  return fmt::format("{} {}", to_string(entry.dtype), to_string(entry.shape));
}

// Names from a file, safe to print.
std::string printable(std::string name) {
  if (name.size() > 100) name = name.substr(0, 97) + "...";
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  return name;
}

struct Row {
  std::string name, model, file, note;
};

std::string table(const std::vector<Row>& rows) {
  const auto shown_rows = std::min(rows.size(), kMostRows);
  size_t widths[] = {6, 5, 4};
  for (size_t i = 0; i < shown_rows; ++i) {
    widths[0] = std::max(widths[0], rows[i].name.size());
    widths[1] = std::max(widths[1], rows[i].model.size());
    widths[2] = std::max(widths[2], rows[i].file.size());
  }
  const auto line = [&](const Row& row) {
    std::string text = fmt::format("{:{}}  {:{}}  {:{}}  {}", row.name, widths[0], row.model, widths[1], row.file,
                                   widths[2], row.note);
    return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  };
  std::string text = line({"tensor", "model", "file", ""});
  for (size_t i = 0; i < shown_rows; ++i) text += line(rows[i]);
  if (rows.size() > shown_rows) text += fmt::format("... and {} more\n", rows.size() - shown_rows);
  return text;
}

}  // namespace

std::vector<TensorEntry> tensors_of(const Graph& graph) {
  std::vector<TensorEntry> tensors;
  for (int n = 0; n < graph.size(); ++n) {
    const Node& node = graph.node(n);
    if (node.owner != n) continue;
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      tensors.push_back({node.layer->name() + "/" + spec.name, spec.shape, DType::f32});
  }
  return tensors;
}

void keep_common_layers(std::vector<TensorEntry>& needed, std::vector<TensorEntry>& held) {
  const auto layer_of = [](const TensorEntry& entry) { return entry.name.substr(0, entry.name.rfind('/')); };
  const auto layers_of = [&](const std::vector<TensorEntry>& entries) {
    std::set<std::string> layers;
    for (const TensorEntry& entry : entries) layers.insert(layer_of(entry));
    return layers;
  };
  const std::set<std::string> of_model = layers_of(needed), of_file = layers_of(held);
  std::erase_if(needed, [&](const TensorEntry& entry) { return !of_file.contains(layer_of(entry)); });
  std::erase_if(held, [&](const TensorEntry& entry) { return !of_model.contains(layer_of(entry)); });
}

void check_tensors(const std::vector<TensorEntry>& needed, const std::vector<TensorEntry>& held,
                   const std::string& where) {
  std::map<std::string, const TensorEntry*> in_file, in_model;
  for (const TensorEntry& entry : held) in_file[entry.name] = &entry;
  for (const TensorEntry& entry : needed) in_model[entry.name] = &entry;
  std::vector<std::string> strangers;  // in the file only: what a missing tensor may be called there
  for (const TensorEntry& entry : held)
    if (!in_model.contains(entry.name)) strangers.push_back(entry.name);
  const size_t unexpected = strangers.size();
  strangers.resize(std::min(unexpected, kMostCompared));

  std::vector<Row> rows;
  size_t missing = 0, differ = 0;
  for (const TensorEntry& entry : needed) {
    const auto at = in_file.find(entry.name);
    if (at == in_file.end()) {
      ++missing;
      // Searching names takes long: only for rows that are printed.
      const auto near = rows.size() < kMostRows ? nearest_names(entry.name, strangers, 1) : std::vector<std::string>{};
      rows.push_back({printable(entry.name), shown(entry), "-",
                      near.empty() ? "missing" : fmt::format("missing; the file has {}", printable(near[0]))});
    } else if (!(at->second->shape == entry.shape) || at->second->dtype != entry.dtype) {
      ++differ;
      rows.push_back({printable(entry.name), shown(entry), shown(*at->second),
                      at->second->shape == entry.shape ? "another type" : "another shape"});
    }
  }
  for (const TensorEntry& entry : held)
    if (!in_model.contains(entry.name)) rows.push_back({printable(entry.name), "-", shown(entry), "unexpected"});
  if (rows.empty()) return;

  std::string counts;
  const auto count = [&](size_t n, const char* what) {
    if (n > 0) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", n, what);
  };
  count(missing, "missing");
  count(differ, "of another shape or type");
  count(unexpected, "unexpected");
  throw file_error(where, "the tensors do not fit the model (got {} tensors: {}, expected {})", held.size(), counts,
                   needed.size())
      .with_details(table(rows));
}

}  // namespace fovea
