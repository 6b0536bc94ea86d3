// The folder of a run of several trainings (`fovea train A B … --ensemble`): RUNS/train/NAME with config.toml, members.json,
// members/1-A, members/2-B, … (run folders), and at the end model.safetensors, the members' ensemble.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fovea::app {

struct JointMember {
  std::string name;   // of its run folder
  std::string model;  // as train takes it
  uint64_t seed = 0;
};

bool is_joint_run(const std::string& folder);

// One after another; a model that comes again has the next seed.
std::vector<JointMember> joint_members(const std::vector<std::string>& models, uint64_t seed);
std::string members_json(const std::vector<JointMember>& members);
// members.json of a folder. Throws Error (file).
std::vector<JointMember> read_members(const std::string& folder);

std::string member_run(const std::string& folder, const JointMember& member);
// The members' run folders, those that are there. Throws Error (file) where none is.
std::vector<std::string> member_runs(const std::string& folder);

}  // namespace fovea::app
