#include "app/given_pictures.h"

#include <algorithm>
#include <iostream>

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea::app {

void add_given_pictures(OptionTable& table, GivenPictures& pictures) {
  table.positionals(
      "FILE", pictures.files,
      "files of pictures, folders of them, FILE.npy and FILE.npz (x, else x_test; FILE.npy:INDEX for one), "
      "DATA:SPLIT:INDEX as in fashion-mnist:test:0 or fashion-mnist:test:0-99, - for a list on stdin");
}

void add_given_picture_options(OptionTable& table, GivenPictures& pictures) {
  table.add("--image-size", pictures.image_size,
            {.value = "H[,W]", .help = "what a model takes that leaves its pictures' size open", .none = "224, of arrays their own"});
  add_picture_options(table, pictures.rules);
}

void check(const GivenPictures& pictures) {
  if (pictures.files.empty()) throw usage_error("FILE", "is missing (expected pictures, folders, arrays or DATA:SPLIT:INDEX)");
}

ModelSizes sizes_of(const GivenPictures& pictures) {
  if (const auto size = parse_picture_size(pictures.image_size, "--image-size"))
    return {.picture_shape = Shape{size->height, size->width, 3}};
  for (const std::string& file : pictures.files)
    if (const auto shape = array_picture_shape(file)) return {.picture_shape = shape};
  return {};
}

PictureList list_pictures(const GivenPictures& pictures, const PictureRules& rules, std::vector<Error>& failures) {
  PictureList list(rules);
  std::vector<std::string> names;
  for (const std::string& file : pictures.files) {
    if (file != "-") {
      names.push_back(file);
      continue;
    }
    for (const std::string& line : lines_of(std::string(std::istreambuf_iterator(std::cin), {})))
      if (!line.empty()) names.push_back(line);
  }
  for (const std::string& name : names) {
    try {
      if (name.empty()) throw usage_error("FILE", "is empty (got \"\", expected a picture, a folder or an array)");
      list.add(name);
    } catch (const Error& error) {
      if (names.size() == 1) throw;
      failures.push_back(error);
    }
  }
  return list;
}

ReadPictures read_pictures(const PictureList& list, int64_t begin, int64_t count, int64_t elements, ThreadPool& pool,
                           std::vector<Error>& failures) {
  ReadPictures read;
  read.numbers.resize(static_cast<size_t>(count * elements));
  std::vector<std::optional<Error>> errors(static_cast<size_t>(count));
  float* const pictures = read.numbers.data();
  pool.run(static_cast<int>(count), [&](int i) {
    try {
      list.read(begin + i, pictures + i * elements);
    } catch (const Error& error) {
      errors[static_cast<size_t>(i)] = error;
    }
  });
  for (int64_t i = 0; i < count; ++i) {
    if (errors[static_cast<size_t>(i)]) {
      failures.push_back(*errors[static_cast<size_t>(i)]);
      continue;
    }
    if (read.size() < i) std::copy_n(pictures + i * elements, elements, pictures + read.size() * elements);
    read.places.push_back(begin + i);
  }
  read.numbers.resize(static_cast<size_t>(read.size() * elements));
  return read;
}

void tell_failures(const std::vector<Error>& failures, size_t good) {
  if (failures.size() == 1 && good == 0) throw failures.front();
  for (const Error& failure : failures) print_error(failure);
}

int count_failures(const std::vector<Error>& failures, size_t good, const Console& console) {
  if (failures.empty()) return 0;
  console.note("{} of {} pictures were bad", failures.size(), failures.size() + good);
  return 1;
}

std::vector<std::string> class_names(const Model& model, const std::string& labels) {
  std::vector<std::string> names = labels.empty() ? model.info.class_names : read_class_names(labels);
  if (names.empty())
    for (int64_t c = 0; c < model.classes(); ++c) names.push_back(std::to_string(c));
  if (static_cast<int64_t>(names.size()) != model.classes())
    throw file_error(labels, "not as many names as the model has classes (got {}, expected {})", names.size(),
                     model.classes());
  return names;
}

}  // namespace fovea::app
