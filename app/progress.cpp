#include "app/progress.h"

#include "app/numbers.h"
#include "app/terminal.h"
#include "fovea/report/text.h"
#include "fovea/train/history.h"
#include "fovea/train/trainer.h"

namespace fovea::app {
namespace {

constexpr std::chrono::milliseconds kPause(100);  // between two rewritings
constexpr int kBar = 20;
// From so many steps and so much time on it is known how fast a training is.
constexpr int64_t kFirstSteps = 20;
constexpr double kFirstSeconds = 1;

std::string bar(int64_t done, int64_t all) {
  const auto filled = static_cast<size_t>(kBar * done / all);
  return "[" + std::string(filled, '=') + std::string(kBar - filled, ' ') + "]";
}

}  // namespace

std::string figures(const EpochLogs& logs) {
  std::string text;
  for (const auto& [name, value] : named_figures(logs)) {
    const bool rate = name == "learning_rate";
    text += fmt::format("{}{} {}", text.empty() ? "" : "  ", name, rate ? fmt::format("{:.4g}", value) : figure(value));
  }
  return text;
}

Progress::Progress(const Console& console, int64_t epochs)
    : console_(console), rewrites_(!console.quiet && can_rewrite(stderr)), epochs_(epochs) {}

Progress::~Progress() { clear(); }

void Progress::rewrite(const std::string& line) {
  std::fputs(("\r" + shortened(line, static_cast<size_t>(columns() - 1)) + "\x1b[K").c_str(), stderr);
  dirty_ = true;
}

void Progress::clear() {
  if (dirty_) std::fputs("\r\x1b[K", stderr);
  dirty_ = false;
}

void Progress::on_epoch_begin(Trainer& trainer, int) {
  begin_ = shown_ = Clock::now();
  pictures_before_ = trainer.place().rows;
  batches_before_ = trainer.place().batch;
}

void Progress::on_batch_end(Trainer& trainer, const BatchLogs& logs) {
  if (!rewrites_ && expected_) return;
  const auto now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const int64_t batches = logs.batch - batches_before_;
  const double speed = static_cast<double>(logs.pictures - pictures_before_) / seconds;
  if (!expected_ && batches >= kFirstSteps && seconds >= kFirstSeconds) expect(logs, speed);
  if (!rewrites_ || (now - shown_ < kPause && logs.batch < logs.batches)) return;
  shown_ = now;
  const double left = static_cast<double>(logs.batches - logs.batch) * seconds / static_cast<double>(batches);
  std::string line = fmt::format("epoch {}/{}  {} {}/{}  loss {}  accuracy {}", logs.epoch + 1, epochs_,
                                 bar(logs.batch, logs.batches), logs.batch, logs.batches, figure(logs.loss), figure(logs.accuracy));
  for (const auto& [name, value] : trainer.metrics_so_far()) line += fmt::format("  {} {}", name, figure(value));
  line += fmt::format("  {} pictures/s  {} left", grouped(static_cast<int64_t>(speed)), duration(left));
  const int64_t epochs_left = epochs_ - logs.epoch - 1;
  if (last_seconds_ > 0 && epochs_left > 0) line += fmt::format(", {} in all", duration(left + epochs_left * last_seconds_));
  rewrite(line);
}

void Progress::expect(const BatchLogs& logs, double pictures_per_second) {
  expected_ = true;
  const double pictures = static_cast<double>(logs.pictures) / static_cast<double>(logs.batch) * static_cast<double>(logs.batches);
  const double epoch = pictures / pictures_per_second;
  clear();
  const int64_t epochs = epochs_ - logs.epoch;
  console_.note("about {} pictures/s: {} for the steps of an epoch{}", grouped(static_cast<int64_t>(pictures_per_second)),
                duration(epoch), epochs > 1 ? fmt::format(", {} for those of {}", duration(epoch * epochs), epochs) : "");
}

void Progress::on_epoch_end(Trainer&, const EpochLogs& logs) {
  clear();
  last_seconds_ = logs.seconds;
  if (console_.quiet) return;
  const std::string line = fmt::format("epoch {}/{}  {}  {} pictures/s  {}\n", logs.epoch + 1, epochs_, figures(logs),
                                       grouped(static_cast<int64_t>(logs.pictures_per_second)), duration(logs.seconds));
  std::fputs(line.c_str(), stderr);
}

}  // namespace fovea::app
