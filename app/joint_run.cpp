#include "app/joint_run.h"

#include <filesystem>
#include <map>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/json.h"
#include "fovea/train/run_folder.h"

namespace fovea::app {
namespace {

constexpr const char* kMembers = "/members.json";

}  // namespace

bool is_joint_run(const std::string& folder) { return file_exists(folder + kMembers); }

std::vector<JointMember> joint_members(const std::vector<std::string>& models, uint64_t seed) {
  std::vector<JointMember> members;
  std::map<std::string, uint64_t> seen;
  for (const std::string& model : models) {
    const std::filesystem::path path = std::filesystem::path(model).lexically_normal();
    const std::string stem = (path.has_filename() ? path : path.parent_path()).stem().string();
    members.push_back({fmt::format("{}-{}", members.size() + 1, folder_stem(stem)), model, seed + seen[model]++});
  }
  return members;
}

std::string members_json(const std::vector<JointMember>& members) {
  Json json = Json::array();
  for (const JointMember& member : members) json.push_back({{"name", member.name}, {"model", member.model}, {"seed", member.seed}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<JointMember> read_members(const std::string& folder) {
  const std::string path = folder + kMembers;
  std::vector<JointMember> members;
  try {
    for (const Json& json : parse_json(read_file(path), path))
      members.push_back({json.at("name").get<std::string>(), json.at("model").get<std::string>(), json.at("seed").get<uint64_t>()});
  } catch (const Json::exception& error) {
    throw file_error(path, "is no list of members: {}", error.what());
  }
  return members;
}

std::string member_run(const std::string& folder, const JointMember& member) { return folder + "/members/" + member.name; }

std::vector<std::string> member_runs(const std::string& folder) {
  std::vector<std::string> runs;
  for (const JointMember& member : read_members(folder))
    if (folder_exists(member_run(folder, member))) runs.push_back(member_run(folder, member));
  if (runs.empty()) throw file_error(folder, "none of its members has begun");
  return runs;
}

}  // namespace fovea::app
