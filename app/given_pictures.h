// FILE… as commands take it: pictures in whatever form they are, made ready for a model.
#pragma once

#include <string>
#include <vector>

#include "app/data_argument.h"
#include "app/model_argument.h"
#include "app/picture_list.h"
#include "fovea/base/thread_pool.h"

namespace fovea::app {

struct GivenPictures {
  std::vector<std::string> files;
  std::string image_size;  // of a model that leaves it open
  PictureArguments rules;
};

void add_given_pictures(OptionTable& table, GivenPictures& pictures);
// --image-size, --preprocess, --resize, --interpolation.
void add_given_picture_options(OptionTable& table, GivenPictures& pictures);
// Throws Error (usage) where there are none.
void check(const GivenPictures& pictures);

// What a model that leaves its sizes open is given: --image-size, or the size of arrays.
ModelSizes sizes_of(const GivenPictures& pictures);
// What is no picture is a failure; the only one is thrown.
PictureList list_pictures(const GivenPictures& pictures, const PictureRules& rules, std::vector<Error>& failures);

// Those pictures of a stretch of the list that could be read, by all threads; the others are failures.
struct ReadPictures {
  std::vector<int64_t> places;  // in the list
  std::vector<float> numbers;   // (pictures, h, w, c)
  int64_t size() const { return static_cast<int64_t>(places.size()); }
};
ReadPictures read_pictures(const PictureList& list, int64_t begin, int64_t count, int64_t elements, ThreadPool& pool,
                           std::vector<Error>& failures);

// What became of the failures: the only picture's is thrown, those of others are printed.
void tell_failures(const std::vector<Error>& failures, size_t good);
// How many were bad, in words, and the exit code.
int count_failures(const std::vector<Error>& failures, size_t good, const Console& console);

// The classes' names: --labels, else the model's, else their numbers. Throws Error (file).
std::vector<std::string> class_names(const Model& model, const std::string& labels);

}  // namespace fovea::app
