#include "app/augment_option.h"

#include "app/key_values.h"

namespace fovea::app {
namespace {

// The keys of --augment: random changes in training, and what is done to every picture.
struct Pairs {
  Json random = Json::object(), always = Json::object();
};

Pairs parse(const std::string& augment) {
  Pairs pairs;
  if (augment.empty()) return pairs;
  const Json standards = options_to_json(StandardizeOptions{}), all = parse_key_values(augment, "--augment");
  for (const auto& [key, value] : all.items()) (standards.contains(key) ? pairs.always : pairs.random)[key] = value;
  return pairs;
}

}  // namespace

void add_augment_option(OptionTable& table, std::string& augment, const std::string& what) {
  table.add("--augment", augment,
            {.value = "KEY=VALUE,…",
             .help = what + ", with the keys of Keras's ImageDataGenerator and newer ones (docs/augmentation.md): "
                            "rotation_range=20,width_shift_range=0.2,height_shift_range=0.2,horizontal_flip=true,"
                            "zoom_range=0.2,fill_mode=nearest",
             .none = "none"});
}

std::optional<AugmentOptions> augment_options(const std::string& augment) {
  const Json random = parse(augment).random;
  if (random.empty()) return std::nullopt;
  const auto options = pairs_as<AugmentOptions>(random, "--augment");
  fovea::check(options, "--augment");
  return options;
}

std::optional<StandardizeOptions> standardize_options(const std::string& augment) {
  const Json always = parse(augment).always;
  if (always.empty()) return std::nullopt;
  const auto options = pairs_as<StandardizeOptions>(always, "--augment");
  const auto is_finite = [](double x) { return x > -1e30 && x < 1e30; };
  if (!is_finite(options.rescale.value_or(1)) || !(options.zca_epsilon > 0) || !is_finite(options.zca_epsilon))
    throw usage_error("--augment", "rescale and zca_epsilon must be finite, the latter above 0 (got {} and {})",
                      options.rescale.value_or(1), options.zca_epsilon);
  return options;
}

}  // namespace fovea::app
