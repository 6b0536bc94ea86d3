#include "app/progress.h"

#include "app/numbers.h"
#include "app/terminal.h"
#include "fovea/report/text.h"
#include "fovea/train/history.h"

namespace fovea::app {
namespace {

constexpr std::chrono::milliseconds kPause(100);  // between two rewritings
constexpr int kBar = 20;

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

Progress::Progress(const Console& console, int epochs, int64_t batch_size)
    : quiet_(console.quiet), rewrites_(!quiet_ && can_rewrite(stderr)), epochs_(epochs), batch_size_(batch_size) {}

Progress::~Progress() { clear(); }

void Progress::rewrite(const std::string& line) {
  std::fputs(("\r" + shortened(line, static_cast<size_t>(columns() - 1)) + "\x1b[K").c_str(), stderr);
  dirty_ = true;
}

void Progress::clear() {
  if (dirty_) std::fputs("\r\x1b[K", stderr);
  dirty_ = false;
}

void Progress::on_epoch_begin(Trainer&, int) { epoch_begin_ = shown_ = Clock::now(); }

void Progress::on_batch_end(Trainer&, const BatchLogs& logs) {
  if (!rewrites_) return;
  const auto now = Clock::now();
  if (now - shown_ < kPause && logs.batch < logs.batches) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - epoch_begin_).count();
  const double speed = static_cast<double>(logs.batch) / seconds;
  rewrite(fmt::format("epoch {}/{}  {} {}/{}  loss {}  accuracy {}  {} pictures/s  {} left", logs.epoch + 1, epochs_,
                      bar(logs.batch, logs.batches), logs.batch, logs.batches, figure(logs.loss), figure(logs.accuracy),
                      grouped(static_cast<int64_t>(speed * static_cast<double>(batch_size_))),
                      duration(static_cast<double>(logs.batches - logs.batch) / speed)));
}

void Progress::on_epoch_end(Trainer&, const EpochLogs& logs) {
  clear();
  if (quiet_) return;
  const std::string line = fmt::format("epoch {}/{}  {}  {} pictures/s  {}\n", logs.epoch + 1, epochs_, figures(logs),
                                       grouped(static_cast<int64_t>(logs.pictures_per_second)), duration(logs.seconds));
  std::fputs(line.c_str(), stderr);
}

}  // namespace fovea::app
