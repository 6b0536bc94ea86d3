#include "app/picture_rules.h"

#include "fovea/train/model_preprocess.h"

namespace fovea::app {

PictureRules picture_rules(const Model& model, const PictureArguments& arguments, const Console& console) {
  if (model.input_shape().rank() != 3)
    throw usage_error(model.name(), "the model takes no pictures (got input {}, expected (height, width, channels))",
                      to_string(model.input_shape()));
  if (model.graph().output_shape().rank() != 1)
    throw usage_error(model.name(), "the model gives no classes (got output {}, expected one number a class)",
                      to_string(model.graph().output_shape()));
  const PreprocessChoice choice = choose_preprocess(model, arguments.preprocess);
  console.note("preprocessing {} ({})", to_string(choice.preprocess), choice.reason);
  const auto family = family_preprocess(model);
  if (family && family->preprocess != choice.preprocess && !arguments.preprocess.empty())
    console.note("weights of this family are made for {} ({}): with {} they see other numbers", to_string(family->preprocess), family->reason,
                 to_string(choice.preprocess));
  const auto standardize = recorded_standardize(model);
  if (standardize) console.note("standardizing as the model records");
  return {.shape = model.input_shape(),
          .preprocess = choice.preprocess,
          .resizing = choose_resizing(arguments, &model),
          .standardize = standardize};
}

}  // namespace fovea::app
