#include "fovea/tune/sqlite_storage.h"

#include <sqlite3.h>

#include <map>

#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea::tune {
namespace {

constexpr int kVersion = 1;
constexpr int kApplication = 0x666f7661;  // "fova": in the file's header
constexpr int kPatience = 60'000;         // milliseconds that a transaction waits for its turn
// What a text in the file may be long.
constexpr int kLongest = 64 << 20;

constexpr char kSchema[] = R"(
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS log (number INTEGER PRIMARY KEY, entry TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS leases (trial INTEGER, rung INTEGER, host TEXT, process INTEGER, started INTEGER, beat REAL, work TEXT,
                                   PRIMARY KEY (trial, rung));
CREATE TABLE IF NOT EXISTS trials (trial INTEGER PRIMARY KEY, "values" TEXT, state TEXT, reason TEXT, score REAL, epochs INTEGER, seconds REAL);
CREATE TABLE IF NOT EXISTS rungs (sequence INTEGER PRIMARY KEY, trial INTEGER, rung INTEGER, bracket INTEGER, round INTEGER,
                                  initial_epoch INTEGER, epochs INTEGER, state TEXT, score REAL, seconds REAL, UNIQUE (trial, rung));
CREATE TABLE IF NOT EXISTS epochs (trial INTEGER, epoch INTEGER, figures TEXT, PRIMARY KEY (trial, epoch)) WITHOUT ROWID;
)";

class SqliteStorage final : public Storage {
 public:
  SqliteStorage(const std::string& path, bool create) : path_(path) {
    if (!create && !file_exists(path)) throw file_error(path, "there is no such study");
    const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX;
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    database_.reset(opened);
    if (code != SQLITE_OK) fail();
    sqlite3_busy_timeout(opened, kPatience);
    sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, kLongest);
    sqlite3_extended_result_codes(opened, 1);
    run("PRAGMA journal_mode=WAL");
    // A commit is safe from the end of any process at once, and from a power cut a moment later.
    run("PRAGMA synchronous=NORMAL");
    transaction([&] {
      const int64_t version = number("PRAGMA user_version"), application = number("PRAGMA application_id");
      if (version == 0 && application == 0 && create) {
        run(kSchema);
        run(fmt::format("PRAGMA user_version={}", kVersion).c_str());
        run(fmt::format("PRAGMA application_id={}", kApplication).c_str());
      } else if (application != kApplication) {
        throw file_error(path_, "is a database, but no study's");
      } else if (version > kVersion) {
        throw file_error(path_, "was written by a later version of fovea (got {}, expected at most {})", version, kVersion);
      }
    });
  }

  const std::string& where() const override { return path_; }

  void transaction(const std::function<void()>& action) override {
    run("BEGIN IMMEDIATE");
    try {
      action();
      run("COMMIT");
    } catch (...) {
      if (sqlite3_get_autocommit(database_.get()) == 0) sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
      throw;
    }
  }

  std::optional<Json> setting(const std::string& key) override {
    Rows rows(*this, "SELECT value FROM settings WHERE key=?", key);
    if (!rows.next()) return std::nullopt;
    return rows.json(0);
  }
  void set(const std::string& key, const Json& value) override {
    Rows(*this, "INSERT OR REPLACE INTO settings VALUES (?, ?)", key, value).finish();
  }

  std::vector<std::pair<int64_t, Json>> entries(int64_t behind) override {
    std::vector<std::pair<int64_t, Json>> all;
    for (Rows rows(*this, "SELECT number, entry FROM log WHERE number>? ORDER BY number", behind); rows.next();)
      all.emplace_back(rows.integer(0), rows.json(1));
    return all;
  }
  int64_t append(const Json& entry) override {
    Rows(*this, "INSERT INTO log (entry) VALUES (?)", entry).finish();
    return sqlite3_last_insert_rowid(database_.get());
  }

  std::vector<LeaseRow> leases() override {
    std::vector<LeaseRow> all;
    for (Rows rows(*this, "SELECT trial, rung, host, process, started, beat, work FROM leases ORDER BY trial, rung"); rows.next();)
      all.push_back({rows.integer(0), rows.small(1), {rows.text(2), rows.integer(3), rows.integer(4)}, rows.real(5), rows.json(6)});
    return all;
  }
  void put_lease(const LeaseRow& lease) override {
    Rows(*this, "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)", lease.trial, int64_t{lease.rung}, lease.owner.host,
         lease.owner.process, lease.owner.started, lease.beat, lease.work)
        .finish();
  }
  void remove_lease(int64_t trial, int rung) override {
    Rows(*this, "DELETE FROM leases WHERE trial=? AND rung=?", trial, int64_t{rung}).finish();
  }

  std::vector<TrialRow> trials() override {
    std::vector<TrialRow> all;
    for (Rows rows(*this, std::string(kTrials) + " ORDER BY trial"); rows.next();) all.push_back(trial_of(rows));
    return all;
  }
  std::optional<TrialRow> trial(int64_t id) override {
    Rows rows(*this, std::string(kTrials) + " WHERE trial=?", id);
    if (!rows.next()) return std::nullopt;
    return trial_of(rows);
  }
  void put_trial(const TrialRow& t) override {
    Rows(*this, "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?, ?)", t.trial, t.values, t.state, t.reason, t.score, int64_t{t.epochs}, t.seconds)
        .finish();
  }

  std::vector<RungRow> rungs(int64_t behind) override {
    std::vector<RungRow> all;
    for (Rows rows(*this, "SELECT * FROM rungs WHERE sequence>? ORDER BY sequence", behind); rows.next();)
      all.push_back({rows.integer(0), rows.integer(1), rows.small(2), rows.small(3), rows.small(4), rows.small(5), rows.small(6), rows.text(7),
                     rows.maybe(8), rows.real(9)});
    return all;
  }
  void add_rung(const RungRow& r) override {
    Rows(*this, "INSERT INTO rungs (trial, rung, bracket, round, initial_epoch, epochs, state, score, seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
         r.trial, int64_t{r.rung}, int64_t{r.bracket}, int64_t{r.round}, int64_t{r.initial_epoch}, int64_t{r.epochs}, r.state, r.score, r.seconds)
        .finish();
  }

  std::vector<EpochRow> epochs(int64_t trial) override {
    std::vector<EpochRow> all;
    for (Rows rows(*this, "SELECT epoch, figures FROM epochs WHERE trial=? ORDER BY epoch", trial); rows.next();)
      all.push_back({rows.small(0), rows.json(1)});
    return all;
  }
  void put_epochs(int64_t trial, const std::vector<EpochRow>& epochs) override {
    for (const EpochRow& e : epochs)
      Rows(*this, "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", trial, int64_t{e.epoch}, e.figures).finish();
  }

 private:
  static constexpr const char* kTrials = "SELECT trial, \"values\", state, reason, score, epochs, seconds FROM trials";

  // A statement, kept for the next time, and the rows that it gives.
  class Rows {
   public:
    template <class... Args>
    Rows(SqliteStorage& storage, const std::string& sql, const Args&... arguments) : storage_(storage), statement_(storage.statement(sql)) {
      int place = 0;
      (bind(++place, arguments), ...);
    }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() {
      sqlite3_reset(statement_);
      sqlite3_clear_bindings(statement_);
    }

    bool next() {
      const int code = sqlite3_step(statement_);
      if (code != SQLITE_ROW && code != SQLITE_DONE) storage_.fail();
      return code == SQLITE_ROW;
    }
    void finish() {
      while (next()) {
      }
    }
    int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    int small(int column) const { return sqlite3_column_int(statement_, column); }
    double real(int column) const { return sqlite3_column_double(statement_, column); }
    std::optional<double> maybe(int column) const {
      return sqlite3_column_type(statement_, column) == SQLITE_NULL ? std::optional<double>() : real(column);
    }
    std::string text(int column) const {
      const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
      return bytes == nullptr ? "" : std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
    }
    Json json(int column) const { return parse_json(text(column), storage_.path_); }

   private:
    void bind(int place, int64_t value) { sqlite3_bind_int64(statement_, place, value); }
    void bind(int place, double value) { sqlite3_bind_double(statement_, place, value); }
    void bind(int place, const std::optional<double>& value) {
      if (value) bind(place, *value);
    }
    void bind(int place, const std::string& value) {
      sqlite3_bind_text(statement_, place, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    }
    void bind(int place, const Json& value) { bind(place, value.dump(-1, ' ', false, Json::error_handler_t::replace)); }

    SqliteStorage& storage_;
    sqlite3_stmt* statement_;
  };

  static TrialRow trial_of(const Rows& rows) {
    return {rows.integer(0), rows.json(1), rows.text(2), rows.text(3), rows.maybe(4), rows.small(5), rows.real(6)};
  }

  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  [[noreturn]] void fail() { throw file_error(path_, "cannot be used as a study: {}", sqlite3_errmsg(database_.get())); }

  void run(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

  int64_t number(const std::string& sql) {
    Rows rows(*this, sql);
    return rows.next() ? rows.integer(0) : 0;
  }

  sqlite3_stmt* statement(const std::string& sql) {
    auto& kept = statements_[sql];
    if (kept) return kept.get();
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK) fail();
    kept.reset(made);
    return made;
  }

  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Close>> statements_;
};

}  // namespace

std::unique_ptr<Storage> open_sqlite_storage(const std::string& path, bool create) { return std::make_unique<SqliteStorage>(path, create); }

}  // namespace fovea::tune
