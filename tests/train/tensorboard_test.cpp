#include "fovea/train/tensorboard.h"

#include <gtest/gtest.h>

#include <cstring>

#include "fovea/base/file.h"
#include "fovea/layers/dense.h"
#include "fovea/train/trainer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(Crc32c, IsCastagnolis) {
  // RFC 3720, B.4.
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
}

// The events of a file of TFRecords, with lengths and both checksums looked at.
std::vector<std::string> events_in(const std::string& path) {
  const std::string file = read_file(path);
  const auto checksum = [&](size_t at) {
    uint32_t value = 0;
    std::memcpy(&value, file.data() + at, sizeof value);
    value -= 0xa282ead8u;
    return (value >> 17) | (value << 15);
  };
  std::vector<std::string> events;
  for (size_t at = 0; at + 16 <= file.size();) {
    uint64_t length = 0;
    std::memcpy(&length, file.data() + at, sizeof length);
    EXPECT_EQ(checksum(at + 8), crc32c(file.substr(at, 8)));
    events.push_back(file.substr(at + 12, length));
    EXPECT_EQ(checksum(at + 12 + length), crc32c(events.back()));
    at += 16 + length;
  }
  return events;
}

TEST(TensorBoard, WritesAScalarAFigure) {
  const TemporaryFolder folder;
  Model model = sequential({.input_shape = {2}}, Dense({.units = 2}));
  Trainer trainer(model);
  TensorBoard board(folder.path());
  board.on_epoch_end(trainer, {.epoch = 3, .loss = 0.5, .accuracy = 1, .val_loss = 2, .learning_rate = 0.25});
  const auto file = [&](const std::string& name) { return folder / name + "/" + list_folder(folder / name).at(0).name; };
  const std::vector<std::string> train = events_in(file("train")), validation = events_in(file("validation"));
  ASSERT_EQ(train.size(), 4u);  // the version, loss, accuracy, learning rate
  EXPECT_EQ(train[0].substr(9), "\x1a\x0d" "brain.Event:2");
  // step 3; a summary of one value: its tag, and 0.5f.
  EXPECT_EQ(train[1].substr(9), std::string("\x10\x03\x2a\x13\x0a\x11\x0a\x0a" "epoch_loss" "\x15\0\0\0\x3f", 23));
  ASSERT_EQ(validation.size(), 2u);
  EXPECT_NE(validation[1].find("epoch_loss"), std::string::npos);
}

TEST(TensorBoard, GoesOnBehindAScalarThatTheDiskDidNotTake) {
  const TemporaryFolder folder;
  ScalarEvents events(folder.path());
  {
    const FileLimit limit(read_file(events.path()).size() + 10);
    EXPECT_NE(refusal([&] { events.write("lost", 1, 0.5); }).find("cannot write"), std::string::npos);
  }
  events.write("kept", 2, 0.25);
  const std::vector<std::string> all = events_in(events.path());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NE(all[1].find("kept"), std::string::npos);
}

}  // namespace
}  // namespace fovea
