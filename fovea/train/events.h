// What happened in a run, one JSON object a line: the one source for progress, report and dashboard.
//
//   {"event":"begin","time":1760000000.123,"model":"basic",…}
//   {"event":"epoch","time":…,"epoch":1,"loss":…,"accuracy":…}
//
// It is the one file that grows: a killed process may leave its last line torn, and readers skip that.
#pragma once

#include <string>
#include <vector>

#include "fovea/base/json.h"

namespace fovea {

class EventLog {
 public:
  // Appends to the file, or creates it; behind a torn line it goes on with a new one. Throws Error (file).
  explicit EventLog(std::string path);
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  ~EventLog();

  // One line, whole or not at all: "event" and "time" (seconds since 1970), then these fields.
  void write(const std::string& event, const Json& fields = Json::object());

 private:
  std::string path_;
  int descriptor_ = -1;
};

// All whole lines that are objects, in order.
std::vector<Json> read_events(const std::string& path);

}  // namespace fovea
