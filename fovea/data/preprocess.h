// What is done to a picture's numbers before the first layer. Belongs to a model and is saved with it.
//
//   none    0 … 255 as they are          tf     x / 127.5 - 1
//   unit    x / 255                      torch  (x / 255 - mean) / deviation of ImageNet's red, green and blue
//   caffe   blue, green, red, less ImageNet's means 103.939, 116.779, 123.68
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fovea {

enum class Preprocess { none, unit, caffe, tf, torch };

std::string_view to_string(Preprocess preprocess);
Preprocess parse_preprocess(const std::string& text, const std::string& where);  // throws naming the five

// Throws where the pictures have not the channels it is defined for: caffe and torch take three.
void check_preprocess(Preprocess preprocess, int64_t channels, const std::string& where);

// `pixels` pixels of `channels` numbers each, in float32 arithmetic as Keras's. dst may be src.
void apply_preprocess(Preprocess preprocess, const uint8_t* src, float* dst, int64_t pixels, int64_t channels);
void apply_preprocess(Preprocess preprocess, const float* src, float* dst, int64_t pixels, int64_t channels);

}  // namespace fovea
