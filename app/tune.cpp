// fovea tune SPACE: searches for the best of many trainings, in a study that survives whatever ends it.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/commands.h"
#include "app/interrupt.h"
#include "app/numbers.h"
#include "app/run_evaluation.h"
#include "app/run_files.h"
#include "app/search_view.h"
#include "app/trial_table.h"
#include "app/workers.h"
#include "fovea/base/file.h"
#include "fovea/base/names.h"
#include "fovea/base/thread_pool.h"
#include "fovea/report/text.h"
#include "fovea/train/monitor.h"
#include "fovea/train/run_folder.h"

namespace fovea::app {
namespace {

constexpr useconds_t kPause = 100'000;  // between two looks at the workers
constexpr size_t kShownTrials = 20;
constexpr double kLongest = 1e9;  // seconds, thirty years: a clock counts no more than some hundreds

struct TuneArguments {
  TrainArguments training;  // what all trials have in common
  std::string search, space;
  std::string runs = "runs", name;
  tune::Settings settings;
  std::string objective = "val_accuracy", max_time;
  int workers = 1, keep = 3;
  int64_t max_parameters = 0;
  bool resume = false, dry_run = false;

  void list(OptionTable& table) {
    table.positional("SPACE", search, "a search space: FILE.json, FILE.toml, or tutorial");
    table.section("Search");
    table.add("--space", space, {.value = "SPACE", .help = "the same", .none = "SPACE"});
    table.add("--algorithm", settings.algorithm, {.value = "NAME", .help = "how trials are chosen", .choices = tune::algorithm_names()});
    table.add("--max-epochs", settings.max_epochs, {.value = "N", .help = "epochs of a trial that goes all the way", .least = 1});
    table.add("--factor", settings.factor,
              {.value = "N", .help = "from rung to rung so many times more epochs, for so many times fewer trials (hyperband, asha)", .least = 2});
    table.add("--iterations", settings.iterations, {.value = "N", .help = "times that all brackets are run (hyperband)", .least = 1});
    table.add("--trials", settings.trials,
              {.value = "N", .help = "trials in all, but of hyperband; 0 for 10, of a grid for all", .least = 0});
    table.add("--objective", objective, {.value = "FIGURE", .help = "what makes a trial good: the figure of its best epoch; losses are best low"});
    table.add("--max-time", max_time, {.value = "TIME", .help = "stop, to be resumed, after so long: 90s, 30m, 2h", .none = "none"});
    table.add("--max-parameters", max_parameters,
              {.value = "N", .help = "trials whose model has more fail; 0 for any number", .least = 0});
    table.add("--workers", workers, {.value = "N", .help = "trials at the same time, each in a process with its share of the threads", .least = 1, .most = 256});
    table.add("--keep", keep, {.value = "N", .help = "best trials whose runs are kept", .least = 1, .most = 1000});
    table.add("--resume", resume, {.help = "go on with the study of that name, or the last of SPACE; begin one if there is none"});
    table.add("--dry-run", dry_run, {.help = "print what would be run, and end"});
    table.add("--runs", runs, {.value = "DIR", .help = "where studies are kept: DIR/tune/NAME"});
    table.add("--name", name, {.value = "NAME", .help = "of the study", .none = "SPACE-001, counting up"});
    table.section("Training");
    training.list_training(table);
    add_output_options(table, training.common);
    add_machine_options(table, training.common);
  }
};

// 90, 90s, 30m, 2h
double seconds_of(const std::string& text, const std::string& where) {
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  const double factor = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86'400 : 0;
  if (code != std::errc() || factor == 0 || !(number > 0) || !std::isfinite(number))
    throw usage_error(where, "is no time (got {}, expected such as 90s, 30m, 2h)", text);
  return std::min(number * factor, kLongest);
}

class Tuning {
 public:
  Tuning(TuneArguments& arguments, const OptionTable& table)
      : a_(arguments), table_(table), console_(arguments.training.common.console()), begin_(Clock::now()) {
    if (!a_.space.empty() && !a_.search.empty())
      throw usage_error("--space", "stands beside SPACE (got {} and {}, expected one)", a_.space, a_.search);
    if (a_.search.empty()) a_.search = a_.space;
    if (a_.search.empty() && (!a_.resume || a_.name.empty()))
      throw usage_error("SPACE", "is missing (expected FILE.json, FILE.toml or tutorial)");
    if (!a_.max_time.empty()) deadline_ = begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_of(a_.max_time, "--max-time")));
    a_.settings.seed = a_.training.common.seed;
    const Monitor monitor(a_.objective, "auto", 0, "--objective");
    objective_ = {a_.objective, monitor.improves(1, 0)};
    if (!a_.search.empty()) rest_.search = tune::load_search_space(a_.search);
    read_options();
  }

  int run() {
    if (a_.dry_run) return dry_run();
    const std::string existing = existing_study();
    folder_ = existing.empty() ? create() : existing;
    if (!existing.empty() && !a_.resume)
      throw usage_error("--name", "there is a study of this name already (got {}, expected a new name, or --resume)", existing);
    lock_.emplace(folder_);
    if (!existing.empty()) go_on();
    announce();
    const std::optional<Error> error = work();
    tune_end();
    if (!error) test_best();
    lock_.reset();
    if (error) throw Error(*error);
    return print_result();
  }

 private:
  using Clock = std::chrono::steady_clock;

  // What this call says of the training.
  void read_options() {
    rest_.max_parameters = a_.max_parameters;
    const Json all = table_.config_json();
    for (const std::string& key : keys_)
      if (table_.given("--" + key) && all.contains(key)) rest_.options[key] = word_of(all[key]);
    // The lanes are part of what makes results repeat.
    if (a_.training.common.lanes > 0) rest_.options["lanes"] = std::to_string(a_.training.common.lanes);
    rest_.options["seed"] = std::to_string(a_.training.common.seed);
  }

  // The space, where all options are known.
  void read_space() {
    for (const auto& [name, parameter] : rest_.search.parameters.items())
      if (const std::string key = option_key(name, keys_); rest_.options.contains(key))
        throw usage_error("--" + key, "is searched over, and set (got {})", rest_.options[key].get<std::string>());
    for (const Json* said : {&rest_.options, &rest_.search.options, &rest_.search.parameters})
      for (const auto& [name, value] : said->items())
        if (option_key(name, keys_) == "fine-tune")
          throw usage_error("--fine-tune", "does not go with tune (got {})", word_of(value));
    a_.settings.space = rest_.search.space(asked_outside());
    say_what_has_no_effect();
    // What is wrong with an option's name or value is known before the first trial.
    TrainArguments trial;
    OptionTable table("tune", "", "");
    trial.list(table);
    tune::Values values = tune::Values::object();
    for (const tune::Parameter& p : a_.settings.space.parameters())
      if (a_.settings.space.active(p, values)) values[p.name] = p.fallback();
    give_options(table, rest_, a_.settings.space, values);
    trial.check();
    check_objective(trial);
  }

  // Whether there are validation pictures, only data can say.
  void check_objective(const TrainArguments& trial) const {
    const std::vector<std::string> figures = trial.figures(true);
    if (std::find(figures.begin(), figures.end(), a_.objective) == figures.end())
      throw usage_error("--objective", "there is no such figure (got {}, expected one of {})", a_.objective,
                        fmt::join(figures, ", "));
  }

  // Options that conditions ask for, as they are for all trials: the user's, else the space's, else as ever.
  Json asked_outside() const {
    std::set<std::string> asked = rest_.search.used();
    if (rest_.search.parameters.is_object())
      for (const auto& [name, parameter] : rest_.search.parameters.items())
        if (parameter.is_object() && parameter.contains("when") && parameter["when"].is_object())
          for (const auto& [other, values] : parameter["when"].items()) asked.insert(other);
    TrainArguments trial;
    OptionTable table("tune", "", "");
    trial.list(table);
    for (const auto& [key, word] : rest_.options.items()) table.give(key, word.get<std::string>(), "tune");
    Json outside = Json::object();
    for (const std::string& name : asked) {
      const std::string key = option_key(name, keys_);
      if (key.empty() || rest_.search.parameters.contains(name)) continue;
      if (const auto own = rest_.search.options.find(name); own != rest_.search.options.end())
        table.give(key, word_of(*own), rest_.search.name + ": options");
      const Json all = table.config_json();
      outside[name] = all.contains(key) ? all[key] : Json("");
    }
    return outside;
  }

  void say_what_has_no_effect() const {
    const std::set<std::string> used = rest_.search.used();
    std::set<std::string> conditions;
    for (const tune::Parameter& p : a_.settings.space.parameters())
      for (const tune::Condition& condition : p.options.when) conditions.insert(condition.parameter);
    for (const std::string& name : a_.settings.space.names()) {
      if (used.contains(name) || conditions.contains(name) || !option_key(name, keys_).empty()) continue;
      std::vector<std::string> known;
      for (std::string key : keys_) {
        std::replace(key.begin(), key.end(), '-', '_');
        known.push_back(key);
      }
      console_.note("{}: parameter \"{}\" changes nothing: no option of the training is called so, and the model has no \"${}\"{}", rest_.search.name,
                    name, name, did_you_mean(name, known));
    }
  }

  int dry_run() {
    if (a_.search.empty()) throw usage_error("--dry-run", "needs SPACE");
    read_space();
    const std::vector<tune::PlannedBracket> plan = tune::Oracle::make(a_.settings)->plan();
    Json brackets = Json::array();
    int64_t trials = 0, epochs = 0;
    std::vector<Row> rows = {{"bracket", "round", "trials", "from epoch", "to epoch", "epochs in all"}};
    for (const tune::PlannedBracket& bracket : plan) {
      Json rounds = Json::array();
      for (const tune::PlannedRound& round : bracket.rounds) {
        rows.push_back({std::to_string(bracket.number), std::to_string(rounds.size()), grouped(round.trials), std::to_string(round.initial_epoch),
                        std::to_string(round.epochs), grouped(round.epochs_in_all())});
        rounds.push_back({{"trials", round.trials}, {"initial_epoch", round.initial_epoch}, {"epochs", round.epochs}});
      }
      trials += bracket.trials();
      epochs += bracket.epochs();
      brackets.push_back({{"bracket", bracket.number}, {"rounds", rounds}});
    }
    if (a_.training.common.json) {
      print_json({{"brackets", brackets}, {"trials", trials}, {"epochs", epochs}});
      return 0;
    }
    print_table(rows);
    print(fmt::format("{} trials, {} epochs\n", grouped(trials), grouped(epochs)));
    return 0;
  }

  std::string stem() const { return folder_stem(rest_.search.name); }

  // Of the name that was asked for; else, where one shall be resumed, the last of this space.
  std::string existing_study() const {
    const std::string parent = a_.runs + "/tune";
    if (!a_.name.empty()) return is_study(parent + "/" + a_.name) ? parent + "/" + a_.name : "";
    if (!a_.resume || !folder_exists(parent)) return "";
    std::string last;
    int highest = 0;
    for (const FolderEntry& entry : list_folder(parent)) {
      const std::string folder = parent + "/" + entry.name;
      const int number = run_number(entry.name, stem());
      if (number <= highest || !is_study(folder)) continue;
      highest = number;
      last = folder;
    }
    return last;
  }

  std::string create() {
    if (a_.search.empty()) throw file_error(a_.runs + "/tune/" + a_.name, "there is no such study");
    read_space();
    return create_run_folder({.runs = a_.runs, .kind = "tune", .name = a_.name, .stem = stem(), .fill = [&](const std::string& path) {
                                const auto storage = open_storage(path, true);
                                tune::Study::create(*storage, a_.settings, objective_, rest_.to_json());
                              }});
  }

  // What is said anew may be more: epochs, iterations, trials, a wider space. All else stays as it is.
  void go_on() {
    OpenStudy open(folder_);
    tune::Study& study = open.study;
    const StudyRest before = StudyRest::from_json(study.rest());
    tune::Settings settings = study.oracle().settings();
    const auto refuse = [&](const std::string& option, const std::string& got, const std::string& expected) {
      throw usage_error(option, "the study has another (got {}, expected {})", got, expected);
    };
    if (table_.given("--algorithm") && a_.settings.algorithm != settings.algorithm) refuse("--algorithm", a_.settings.algorithm, settings.algorithm);
    if (table_.given("--factor") && a_.settings.factor != settings.factor) refuse("--factor", std::to_string(a_.settings.factor), std::to_string(settings.factor));
    if (table_.given("--objective") && a_.objective != study.objective().figure) refuse("--objective", a_.objective, study.objective().figure);
    if (table_.given("--seed") && a_.settings.seed != settings.seed) refuse("--seed", std::to_string(a_.settings.seed), std::to_string(settings.seed));
    if (table_.given("--max-epochs")) settings.max_epochs = a_.settings.max_epochs;
    if (table_.given("--iterations")) settings.iterations = a_.settings.iterations;
    if (table_.given("--trials")) settings.trials = a_.settings.trials;
    objective_ = study.objective();
    a_.objective = objective_.figure;
    for (const auto& [key, word] : rest_.options.items()) {
      if (key == "seed" && !table_.given("--seed")) continue;
      const std::string known = before.options.value(key, "none");
      if (word != known) refuse("--" + key, word.get<std::string>(), known);
    }
    rest_.options = before.options;
    if (!table_.given("--max-parameters")) rest_.max_parameters = before.max_parameters;
    if (a_.search.empty()) {
      rest_.search = before.search;
    } else {
      read_space();
      settings.space = a_.settings.space;
    }
    study.change(settings);
    if (rest_.to_json() != before.to_json())
      open.storage->transaction([&] { open.storage->set("rest", rest_.to_json()); });
    a_.settings = settings;
    seen_ = 0;
    for (const tune::RungRow& rung : open.storage->rungs()) see(rung, {});
    remove_leftovers(folder_ + "/trials");
  }

  int threads_each() const { return std::max(a_.training.common.thread_count() / a_.workers, 1); }

  void announce() {
    int64_t trials = 0;
    for (const tune::PlannedBracket& bracket : tune::Oracle::make(a_.settings)->plan()) {
      trials += bracket.trials();
      planned_ += bracket.epochs();
    }
    console_.note("{}: {} over {} parameters, {} trials, {} epochs; best by {}; seed {}, {} worker{} of {} threads", folder_, a_.settings.algorithm,
                  a_.settings.space.parameters().size(), grouped(trials), grouped(planned_), objective_.figure, a_.settings.seed, a_.workers,
                  a_.workers == 1 ? "" : "s", threads_each());
    if (seen_ > 0) console_.note("going on behind {} rungs of before", seen_);
  }

  // Until all is done, or this process is asked to end.
  std::optional<Error> work() {
    const InterruptHold hold;
    create_folders(folder_ + "/trials");
    Workers workers(a_.workers, {.folder = folder_, .threads = threads_each(), .keep = a_.keep, .deadline = deadline_},
                    [this] { lock_.reset(); });
    view_.emplace(console_, objective_.figure);
    bool asked = false;
    while (workers.watch()) {
      if (InterruptGuard::interrupted() && !asked) {
        asked = true;
        workers.stop();
      }
      look();
      ::usleep(kPause);
    }
    look();
    view_->clear();
    return workers.error();
  }

  // What ended since the last look, and what runs.
  void look() {
    const int64_t seen_before = seen_;
    std::map<int64_t, int> running;
    {
      const auto storage = open_storage(folder_);
      for (const tune::RungRow& rung : storage->rungs(seen_)) see(rung, storage->trial(rung.trial));
      if (!view_->draws()) return;
      for (const tune::LeaseRow& lease : storage->leases()) {
        const tune::Work work = tune::Work::from_json(lease.work);
        running[work.trial] = work.epochs;
      }
    }
    if (seen_ != seen_before || running != running_) ranking_ = OpenStudy(folder_).study.ranking();
    running_ = std::move(running);
    view_->draw(ranking_, running_, fmt::format("{}  best {}  {}", duration(std::chrono::duration<double>(Clock::now() - begin_).count()),
                                                best_ ? fmt::format("{} (trial {})", figure(*best_), best_trial_) : "-", left()));
  }

  void see(const tune::RungRow& rung, const std::optional<tune::TrialRow>& trial) {
    seen_ = rung.sequence;
    done_ += rung.epochs - rung.initial_epoch;
    if (trial) done_here_ += rung.epochs - rung.initial_epoch;
    if (rung.score && (!best_ || objective_.merit(*rung.score) > objective_.merit(*best_))) {
      best_ = rung.score;
      best_trial_ = rung.trial;
    }
    if (!trial || console_.quiet || (view_ && view_->draws())) return;
    const std::string score = rung.score ? fmt::format("{} {}", objective_.figure, figure(*rung.score)) : "failed: " + one_line(trial->reason);
    const std::string best = best_ ? fmt::format("  best {} (trial {})", figure(*best_), best_trial_) : "";
    console_.note("trial {}  epochs {}-{}  {}{}  {}  {}  {}", rung.trial, rung.initial_epoch + 1, rung.epochs, score, best, duration(rung.seconds), left(),
                  tune::in_words(trial->values));
  }

  std::string left() const {
    if (done_here_ == 0 || planned_ <= done_) return "";
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    return duration(seconds * static_cast<double>(planned_ - done_) / static_cast<double>(done_here_)) + " left";
  }

  void tune_end() {
    OpenStudy open(folder_);
    tune::Study& study = open.study;
    publish_best(folder_, study, a_.keep);
    ranking_ = study.ranking();
    gave_up_ = study.gave_up();
    done_all_ = study.oracle().next().what == tune::Next::done;
  }

  // The best model on pictures that chose nothing; its run folder gets the report.
  void test_best() {
    if (best_of(ranking_) == nullptr || !done_all_ || InterruptGuard::interrupted()) return;
    const std::string run = best_run(folder_);
    try {
      OpenedData data;
      RunEvaluation best(run, data, a_.training.common, {.quiet = true});
      if (best.dataset().test.empty() || best.arguments().data.validation == "test") return;
      test_ = test_result(best.evaluation(SplitKind::test), best.class_names());
      write_test_result(run, *test_);
    } catch (const Error& error) {
      console_.note("the best run cannot be tested: {}", error.what());
    }
  }

  int print_result() {
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const tune::TrialRow* found = best_of(ranking_);
    if (a_.training.common.json) {
      Json trials = Json::array();
      for (const tune::TrialRow& trial : ranking_) trials.push_back(trial_json(trial));
      Json best = found != nullptr ? trial_json(*found) : Json();
      if (found != nullptr) best["run"] = best_run(folder_);
      if (test_) best["test"] = {{"loss", test_->loss}, {"accuracy", test_->accuracy}, {"top5", test_->top5}};
      print_json({{"study", folder_}, {"trials", trials}, {"best", best}, {"seconds", seconds}});
    } else {
      print_trials(ranking_, objective_.figure, kShownTrials);
      print(fmt::format("time       {}\nseed       {}\nstudy      {}\n", duration(seconds), a_.settings.seed, folder_));
      if (found != nullptr) print(fmt::format("best       {}\n", best_run(folder_)));
      if (test_)
        print(fmt::format("test       loss {}  accuracy {}  top-5 {}\n", figure(test_->loss), figure(test_->accuracy), figure(test_->top5)));
    }
    const std::string resume = fmt::format("fovea tune --resume --name {} goes on", folder_.substr(folder_.rfind('/') + 1));
    if (InterruptGuard::interrupted()) {
      console_.note("stopped by Ctrl-C; {}", resume);
      return static_cast<int>(ErrorKind::interrupted);
    }
    if (gave_up_) {
      std::string reason;
      for (const tune::TrialRow& trial : ranking_)
        if (!trial.reason.empty()) reason = trial.reason;
      throw failed_error(folder_, "{} trials failed in a row; the last of them: {}", tune::Study::kFailuresInARow, reason);
    }
    if (!done_all_ && deadline_) console_.note("the time is up; {}", resume);
    return 0;
  }

  TuneArguments& a_;
  const OptionTable& table_;
  Console console_;
  Clock::time_point begin_;
  std::optional<Clock::time_point> deadline_;
  tune::Objective objective_;
  const std::vector<std::string> keys_ = training_keys();
  StudyRest rest_;
  std::string folder_;
  std::optional<RunLock> lock_;
  int64_t seen_ = 0, planned_ = 0, done_ = 0, done_here_ = 0;
  std::optional<double> best_;
  int64_t best_trial_ = 0;
  bool gave_up_ = false, done_all_ = false;
  std::optional<SearchView> view_;
  std::optional<TestResult> test_;
  std::vector<tune::TrialRow> ranking_;
  std::map<int64_t, int> running_;  // trials, and the epoch they run to
};

}  // namespace

int tune(const Arguments& words) {
  TuneArguments arguments;
  OptionTable table("tune", "SPACE [OPTIONS]",
                    "Searches for the best of many trainings, in a study that survives whatever ends it. Parameters of SPACE that are called as an "
                    "option of the training set it.");
  arguments.list(table);
  if (!table.parse(words)) return 0;
  check(arguments.training.common);
  return Tuning(arguments, table).run();
}

}  // namespace fovea::app
