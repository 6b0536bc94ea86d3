// fovea report RUN…: one page that shows what a run learned, what it takes for what, and where it looks.
#include "app/report.h"

#include <filesystem>

#include "app/commands.h"
#include "app/console.h"
#include "app/joint_run.h"
#include "app/numbers.h"
#include "app/options.h"
#include "app/output_file.h"
#include "app/report_data.h"
#include "app/study_data.h"
#include "app/study_folder.h"
#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/report/page.h"
#include "fovea/report/text.h"

namespace fovea::app {

std::string write_report(const std::vector<std::string>& runs, const std::string& out, const ReportOptions& options, const Console& console) {
  // A study is told by its course and by its best run.
  std::vector<std::string> folders = runs;
  Json search;
  if (runs.size() == 1 && is_study(runs.front())) {
    search = study_data(runs.front());
    folders = {existing_best_run(runs.front())};
  }
  // A run of several by its members.
  if (runs.size() == 1 && is_joint_run(runs.front())) folders = member_runs(runs.front());
  std::vector<std::unique_ptr<RunEvaluation>> evaluations;
  OpenedData opened;
  for (const std::string& run : folders) evaluations.push_back(std::make_unique<RunEvaluation>(run, opened, options.common, console));
  Json data = report_data(evaluations, options, console);
  data["study"] = std::move(search);
  if (options.title.empty() && !data["study"].is_null()) data["title"] = valid_utf8(std::filesystem::path(runs.front()).lexically_normal().filename().string());
  const std::string path = out.empty() ? runs.front() + "/report.html" : out;
  write_file_atomically(path, report_page(data["title"].get<std::string>(), data));
  return path;
}

int report(const Arguments& words) {
  ReportOptions options;
  std::vector<std::string> runs;
  std::string out;
  bool no_maps = false, no_label_errors = false;
  OptionTable table("report", "RUN… [OPTIONS]", "Writes one HTML page about a run, or about several runs of the same data beside each other.");
  table.positionals("RUN", runs, "run folders, the first of which decides which pictures are shown; or a study");
  table.section("Page");
  table.add("--out", out, {.value = "FILE.html", .help = "where to write the page", .none = "report.html in the first run"});
  table.add("--title", options.title, {.value = "TEXT", .help = "what the page is called", .none = "the runs' names"});
  table.add("--mistakes", options.mistakes, {.value = "N", .help = "pictures of mistakes in the page, at most", .least = 1, .most = 100000});
  table.add("--no-maps", no_maps, {.help = "without Grad-CAM of the pictures: quicker, smaller"});
  table.add("--no-label-errors", no_label_errors, {.help = "doubtful labels of the reported split alone: the other splits are not predicted"});
  add_output_options(table, options.common);
  add_machine_options(table, options.common);
  if (!table.parse(words)) return 0;
  check(options.common);
  if (runs.empty()) throw usage_error("RUN", "is missing (expected a run folder)");
  if (!out.empty()) check_output(out, ".html", "--out");
  options.maps = !no_maps;
  options.label_errors = !no_label_errors;
  const std::string path = write_report(runs, out, options, options.common.console());
  if (options.common.json) print_json({{"report", valid_utf8(path)}, {"bytes", read_file(path).size()}});
  else print(one_line(valid_utf8(path)) + "\n");
  return 0;
}

}  // namespace fovea::app
