// The training that a Keras file tells of, its optimizer's state above all, and fovea's in Keras's words: a training that
// begins here goes on there, and the other way round.
#pragma once

#include <optional>
#include <string>

#include "fovea/io/keras_file.h"
#include "fovea/train/trainer.h"

namespace fovea {

// The optimizer that a file's model was compiled with; nothing where it was not compiled. Throws Error (file), naming
// `where`, for one that cannot be had.
std::optional<OptimizerOptions> keras_optimizer(const KerasTraining& training, const std::string& where);

// Its schedule as the program's --schedule takes it, "cosine,initial_learning_rate=0.01,decay_steps=30"; empty where it has
// none.
std::string keras_schedule(const KerasTraining& training, const std::string& where);

// The loss, by its name; nothing where the file has none, or one of the user's own.
std::optional<Loss> keras_loss(const KerasTraining& training);

// Gives the trainer's optimizer, made of keras_optimizer's options, the file's state: steps, learning rate and the slots of
// every parameter that trains. Returns false where the file has none. Throws Error (file) where it does not fit the model.
bool restore_keras_state(const KerasTraining& training, Trainer& trainer, const std::string& where);

// The training of the file `where` for a file of another format; nothing where it was not compiled. Throws Error where
// its optimizer or its state cannot be had.
KerasTraining keras_training_for(const KerasTraining& training, Model& model, const std::string& path,
                                 const std::string& where);

// What belongs into a file of the trainer's model. `path` says which format it will be: each has its own variables.
KerasTraining keras_training_of(Trainer& trainer, const std::string& path);

}  // namespace fovea
