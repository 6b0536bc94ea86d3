#include "app/augment_option.h"

#include "app/key_values.h"
#include "fovea/data/standardize.h"

namespace fovea::app {

void add_augment_option(OptionTable& table, std::string& augment, const std::string& what) {
  table.add("--augment", augment,
            {.value = "KEY=VALUE,…",
             .help = what + ", with the keys of Keras's ImageDataGenerator and newer ones (docs/augmentation.md): "
                            "rotation_range=20,width_shift_range=0.2,height_shift_range=0.2,horizontal_flip=true,"
                            "zoom_range=0.2,fill_mode=nearest",
             .none = "none"});
}

std::optional<AugmentOptions> augment_options(const std::string& augment) {
  if (augment.empty()) return std::nullopt;
  const Json json = parse_key_values(augment, "--augment"), standards = options_to_json(StandardizeOptions{});
  for (const auto& [key, value] : standards.items())
    if (json.contains(key))
      throw usage_error("--augment",
                        "{} is for every picture, of training and of use (got {}, expected --preprocess to say it)", key,
                        shown(json[key]));
  const auto options = key_values_as<AugmentOptions>(augment, "--augment");
  fovea::check(options, "--augment");
  return options;
}

}  // namespace fovea::app
