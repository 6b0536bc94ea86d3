#include "fovea/train/checkpoint.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "fovea/base/error.h"
#include "fovea/train/history.h"

namespace fovea {
namespace {

constexpr const char* kFormat = "fovea checkpoint";
constexpr const char* kVersion = "1";
constexpr size_t kKept = 2;

// The numbers of a folder's checkpoints, the oldest first.
std::vector<int64_t> numbers_in(const std::string& folder) {
  std::vector<int64_t> numbers;
  for (const FolderEntry& entry : list_folder(folder)) {
    int64_t number = 0;
    const char* end = entry.name.data() + entry.name.size();
    const auto [stop, code] = std::from_chars(entry.name.data(), end, number);
    if (entry.is_folder && code == std::errc() && stop == end && number > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string path_of(const std::string& folder, int64_t number) { return fmt::format("{}/{:06}", folder, number); }

void remove(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

Json to_json(const TrainingPlace& place) {
  return {{"epoch", place.epoch},
          {"epochs", place.epochs},
          {"batch", place.batch},
          {"loss", place.loss},
          {"correct", place.correct},
          {"rows", place.rows},
          {"metrics", place.metrics},
          {"step_seconds", place.step_seconds},
          {"input_seconds", place.input_seconds},
          {"pictures", place.pictures},
          {"batch_size", place.batch_size},
          {"stage", place.stage},
          {"stage_epoch", place.stage_epoch},
          {"history", history_json(place.history)}};
}

TrainingPlace place_of(const Json& json) {
  return {.epoch = json.at("epoch").get<int>(),
          .epochs = json.value("epochs", 0),
          .batch = json.at("batch").get<int64_t>(),
          .loss = json.at("loss").get<double>(),
          .correct = json.at("correct").get<int64_t>(),
          .rows = json.at("rows").get<int64_t>(),
          .metrics = json.at("metrics").get<std::vector<double>>(),
          .step_seconds = json.at("step_seconds").get<double>(),
          .input_seconds = json.value("input_seconds", 0.0),
          .pictures = json.at("pictures").get<int64_t>(),
          .batch_size = json.at("batch_size").get<int64_t>(),
          .stage = json.value("stage", 0),
          .stage_epoch = json.value("stage_epoch", 0),
          .history = history_of(json.at("history"))};
}

std::string slot_tensor(const Parameter& parameter, const std::string& slot) { return "optimizer/" + parameter.path + "/" + slot; }
std::string callback_tensor(const Callback& callback, const std::string& array) { return callback.name() + "/" + array; }

SafetensorsImage training_image(Trainer& trainer, const std::vector<Callback*>& callbacks) {
  Optimizer& optimizer = trainer.optimizer();
  const Parameters& parameters = trainer.model().parameters();
  SafetensorsImage image;
  const std::vector<std::string> slots = optimizer.slot_names();
  for (int p = 0; p < parameters.size(); ++p)
    for (size_t s = 0; s < parameters[p].slots.size(); ++s)
      image.tensors.emplace_back(slot_tensor(parameters[p], slots[s]), parameters.get_slot(p, static_cast<int>(s)));
  Json remembered = Json::object();
  for (const Callback* callback : callbacks) {
    if (callback->name().empty()) continue;
    CallbackState state = callback->state();
    Json names = Json::array();
    for (auto& [name, array] : state.arrays) {
      names.push_back(name);
      image.tensors.emplace_back(callback_tensor(*callback, name), std::move(array));
    }
    remembered[callback->name()] = {{"values", state.values}, {"arrays", names}};
  }
  const Json training = {{"optimizer", optimizer.options().name},
                         {"iterations", optimizer.iterations()},
                         {"learning_rate", optimizer.learning_rate()},
                         {"place", to_json(trainer.place())},
                         {"callbacks", remembered}};
  image.metadata = {{"format", kFormat}, {"format_version", kVersion}, {"training", training.dump()}};
  return image;
}

Json training_in(const Safetensors& file) {
  const Metadata& metadata = file.metadata();
  const auto is = [&](const char* key, const char* value) {
    const auto at = metadata.find(key);
    return at != metadata.end() && at->second == value;
  };
  if (!is("format", kFormat) || !is("format_version", kVersion) || !metadata.contains("training"))
    throw file_error(file.where(), "is no checkpoint of this version (expected format \"{}\", version {})", kFormat, kVersion);
  return parse_json(metadata.at("training"), file.where() + ": training");
}

}  // namespace

CheckpointImage checkpoint_image(Trainer& trainer, const std::vector<Callback*>& callbacks) {
  return {model_image(trainer.model()), training_image(trainer, callbacks)};
}

void save_checkpoint(const std::string& folder, const CheckpointImage& image) {
  create_folders(folder);
  const std::vector<int64_t> before = numbers_in(folder);
  const std::string temporary = fmt::format("{}/.fovea-{}-checkpoint.tmp", folder, ::getpid());
  remove(temporary);
  if (::mkdir(temporary.c_str(), 0777) != 0) throw file_error(temporary, "cannot create: {}", std::strerror(errno));
  try {
    image.model.save(temporary + "/model.safetensors");
    image.training.save(temporary + "/training.safetensors");
    publish(temporary, path_of(folder, before.empty() ? 1 : before.back() + 1));
  } catch (...) {
    remove(temporary);
    throw;
  }
  for (size_t i = 0; i + kKept - 1 < before.size(); ++i) remove(path_of(folder, before[i]));
}

Checkpoint Checkpoint::newest(const std::string& folder) {
  std::vector<int64_t> numbers;
  if (folder_exists(folder)) numbers = numbers_in(folder);
  if (numbers.empty()) throw file_error(folder, "there is no checkpoint to go on from");
  std::string passed_over;
  for (; numbers.size() > 1; numbers.pop_back()) {
    try {
      Checkpoint checkpoint(path_of(folder, numbers.back()));
      checkpoint.model();
      checkpoint.passed_over_ = passed_over;
      return checkpoint;
    } catch (const Error& error) {
      // Damaged: the one before it serves.
      if (passed_over.empty()) passed_over = error.what();
    }
  }
  Checkpoint checkpoint(path_of(folder, numbers[0]));
  checkpoint.passed_over_ = passed_over;
  return checkpoint;
}

Checkpoint::Checkpoint(const std::string& path) : path_(path), file_(path + "/training.safetensors"), training_(training_in(*file_)) {
  try {
    place_ = place_of(training_.at("place"));
  } catch (const Json::exception& error) {
    throw file_error(file_->where(), "its training cannot be read: {}", error.what());
  }
}

Array Checkpoint::read(const std::string& tensor) const {
  const SafetensorsEntry* entry = file_->find(tensor);
  if (entry == nullptr || entry->dtype != DType::f32)
    throw file_error(file_->where(), "a float32 tensor is missing (got none, expected {})", tensor);
  return file_->read(tensor);
}

void Checkpoint::restore(Trainer& trainer, const std::vector<Callback*>& callbacks) const {
  Optimizer& optimizer = trainer.optimizer();
  Parameters& parameters = trainer.model().parameters();
  try {
    if (training_.at("optimizer") != optimizer.options().name)
      throw file_error(file_->where(), "is of another optimizer (got {}, expected {})", training_.at("optimizer").get<std::string>(),
                       optimizer.options().name);
    const std::vector<std::string> slots = optimizer.slot_names();
    for (int p = 0; p < parameters.size(); ++p)
      for (size_t s = 0; s < parameters[p].slots.size(); ++s)
        parameters.set_slot(p, static_cast<int>(s), read(slot_tensor(parameters[p], slots[s])));
    optimizer.set_iterations(training_.at("iterations").get<int64_t>());
    if (!optimizer.options().schedule) optimizer.set_learning_rate(training_.at("learning_rate").get<double>());
    for (Callback* callback : callbacks) {
      if (callback->name().empty() || !training_.at("callbacks").contains(callback->name())) continue;
      const Json& kept = training_.at("callbacks").at(callback->name());
      CallbackState state = {.values = kept.at("values")};
      for (const Json& name : kept.at("arrays"))
        state.arrays[name.get<std::string>()] = read(callback_tensor(*callback, name.get<std::string>()));
      callback->restore(state);
    }
  } catch (const Json::exception& error) {
    throw file_error(file_->where(), "its training cannot be read: {}", error.what());
  }
  trainer.go_on_from(place_);
}

}  // namespace fovea
