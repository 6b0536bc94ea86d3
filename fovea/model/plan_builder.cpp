#include "fovea/model/plan_builder.h"

#include <algorithm>
#include <cassert>

#include "fovea/base/thread_pool.h"
#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/penalty.h"
#include "fovea/kernels/project.h"
#include "fovea/kernels/reduce.h"
#include "fovea/model/program.h"

namespace fovea {
namespace {

using kernels::KernelPtr;
using Pointers = std::vector<void*>;

// Pictures a tile: enough that kernels run at full speed, few enough that neighbouring layers meet in the cache.
constexpr int64_t kTile = 16;
// Fewer pictures a lane than this do not pay for waking a thread.
constexpr int64_t kLeastLane = 4;
// Shares of a step of a single picture.
constexpr int kShares = 4;
// Floats of a parameter that one thread sums or updates at a time.
constexpr int64_t kChunk = 16384;

// Splits n into parts of at most `most`, as even as can be, larger ones first.
std::vector<int64_t> even_parts(int64_t n, int64_t parts) {
  std::vector<int64_t> sizes;
  for (int64_t i = 0; i < parts; ++i) sizes.push_back(n / parts + (i < n % parts ? 1 : 0));
  return sizes;
}

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Where a batch's unit stands: its place among units of its kind, among the tiles of its lane, and in the batch.
struct Unit {
  Scope scope = Scope::tile;
  int lane = 0;
  int place = 0;           // among all tiles, or all lanes, of the batch
  int64_t first_row = 0;   // in the batch
  int64_t row_in_lane = 0;
  const Program* program = nullptr;
  char* tile_arena = nullptr;
};

class Builder {
 public:
  Builder(const Graph& graph, Parameters& parameters, const PlanOptions& options)
      : parameters_(parameters), options_(options), graph_(plan_graph(graph, parameters, options)) {
    if (options.batch < 1) throw usage_error("batch size", "must be at least 1 (got {})", options.batch);
    run_passes(graph_,
               {.parameters = parameters, .training = options.training, .gradients = options.gradients, .scores = options.scores,
                .loss = options.loss ? kernels::fused_activation(options.loss->rule.kind) : kernels::FusedActivation::none},
               options.disabled_passes);
  }

  std::unique_ptr<Plan> build() {
    plan_ = std::make_unique<Plan>();
    cut_batch();
    make_programs();
    book_memory();
    bind_copies();
    // Values made by folding are of this version for good: what lies beside them is copied at once.
    if (plan_->folded) run_copies();
    plan_->copied_version = blueprint_.copies.empty() || plan_->folded ? parameters_.version() : 0;
    if (is_shared()) bind_shares();
    else bind_compute();
    if (options_.gradients) bind_gradients();
    describe();
    return std::move(plan_);
  }

 private:
  void cut_batch() {
    const int lanes = options_.lanes > 0 ? options_.lanes : default_lanes(options_.batch);
    tiling_ = Tiling::of(options_.batch, lanes, options_.tile > 0 ? options_.tile : kTile);
    plan_->batch = options_.batch;
    plan_->lanes = static_cast<int>(tiling_.lanes.size());
    for (const auto& lane : tiling_.lanes) {
      int64_t rows = 0;
      for (int64_t tile : lane) plan_->tiles.push_back(tile), rows += tile;
      plan_->lane_rows.push_back(rows);
    }
  }

  void make_programs() {
    for (size_t l = 0; l < tiling_.lanes.size(); ++l)
      for (int64_t tile : tiling_.lanes[l]) {
        const std::pair<int64_t, int64_t> sizes{tile, plan_->lane_rows[l]};
        if (programs_.contains(sizes)) continue;
        programs_[sizes] = std::make_unique<Program>(
            graph_, parameters_, options_,
            Program::Sizes{.tile = tile, .lane = plan_->lane_rows[l], .batch = options_.batch, .tiles = plan_->tiles,
                           .lanes = plan_->lane_rows},
            blueprint_);
      }
    first_ = programs_.begin()->second.get();
    for (const auto& [sizes, program] : programs_)
      assert(same_steps(*program, *first_) && "a layer adds the same steps for every size of tile");
  }

  static bool same_steps(const Program& a, const Program& b) {
    return std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(), [](const ProgramStep& x, const ProgramStep& y) {
      return x.name == y.name && x.scope == y.scope && x.args.size() == y.args.size();
    });
  }

  const Program& program(int lane, int64_t tile) const {
    return *programs_.at({tile, plan_->lane_rows[static_cast<size_t>(lane)]});
  }

  char* memory(size_t bytes) {
    plan_->memory.emplace_back(aligned(bytes));
    return static_cast<char*>(plan_->memory.back().data());
  }

  bool shares_parameters() const {
    std::set<int> seen;
    for (const PlanNode& node : graph_.nodes)
      for (int parameter : node.removed ? std::vector<int>{} : node.parameters)
        if (!seen.insert(parameter).second) return true;
    return false;
  }

  void book_memory() {
    size_t scratch = 0, largest_step = 0;
    for (const auto& [sizes, program] : programs_) scratch = std::max(scratch, program->scratch_bytes);
    for (const ProgramStep& step : first_->steps) {
      size_t bytes = 0;
      for (const Arg& arg : step.args)
        if (arg.buffer >= 0 && first_->buffers[static_cast<size_t>(arg.buffer)].place == ProgramBuffer::gradient)
          bytes += aligned(first_->buffers[static_cast<size_t>(arg.buffer)].bytes);
      largest_step = std::max(largest_step, bytes);
    }
    size_t gradients = 0;
    for (const auto& gradient : blueprint_.gradients) {
      gradient_offsets_.push_back(gradients);
      gradients += aligned(gradient.layout.bytes());
    }
    // A lane writes a parameter's gradient more than once.
    const bool several_writes = plan_->tiles.size() > tiling_.lanes.size() || shares_parameters();
    for (int l = 0; l < plan_->lanes; ++l) {
      const auto& tiles = tiling_.lanes[static_cast<size_t>(l)];
      lane_arenas_.push_back(memory(program(l, tiles[0]).lane_bytes));
      plan_->arena_bytes += program(l, tiles[0]).lane_bytes;
      // Where nothing of a tile outlives a section, a lane's tiles follow one another in the same memory.
      const bool one_arena = !program(l, tiles[0]).tiles_outlive_sections;
      size_t most = 0;
      for (int64_t tile : tiles) most = std::max(most, program(l, tile).tile_bytes);
      char* arena = one_arena ? memory(most) : nullptr;
      plan_->arena_bytes += one_arena ? most : 0;
      for (int64_t tile : tiles) {
        tile_arenas_.push_back(one_arena ? arena : memory(program(l, tile).tile_bytes));
        plan_->arena_bytes += one_arena ? 0 : program(l, tile).tile_bytes;
      }
      scratch_.push_back(memory(scratch));
      gradients_.push_back(memory(gradients));
      partial_gradients_.push_back(memory(several_writes ? largest_step : 0));
      plan_->scratch_bytes += scratch + (several_writes ? largest_step : 0);
      plan_->gradient_bytes += gradients;
    }
    const auto shared = [&](size_t bytes) {
      plan_->shared_bytes += bytes;
      return memory(bytes);
    };
    for (const auto& s : blueprint_.shared) shared_.push_back(shared(s.bytes));
    for (const auto& p : blueprint_.partials)
      partials_.push_back(shared(aligned(p.bytes) * (p.scope == Scope::tile ? plan_->tiles.size() : plan_->lane_rows.size())));
    for (const auto& r : blueprint_.results) results_.push_back(shared(r.row_bytes * static_cast<size_t>(options_.batch)));
    const auto floats = [&](int result) {
      if (result < 0) return std::span<const float>{};
      const auto at = static_cast<size_t>(result);
      return std::span<const float>{reinterpret_cast<const float*>(results_[at]),
                                    blueprint_.results[at].row_bytes / sizeof(float) * static_cast<size_t>(options_.batch)};
    };
    plan_->output = floats(options_.loss ? blueprint_.probabilities : blueprint_.output);
    plan_->output_shape = graph_.nodes[static_cast<size_t>(graph_.output)].shape;
    plan_->losses = floats(blueprint_.losses);
    for (int at : blueprint_.outputs) plan_->outputs.push_back(floats(at));
    for (int at : blueprint_.output_gradients) plan_->gradients.push_back(floats(at));
  }

  // ---- pointers

  char* pointer(const ProgramBuffer& buffer, const Unit& unit, size_t& partial_gradient) {
    const auto index = static_cast<size_t>(buffer.index);
    switch (buffer.place) {
      case ProgramBuffer::tile: return unit.tile_arena + buffer.offset;
      case ProgramBuffer::lane:
        return lane_arenas_[static_cast<size_t>(unit.lane)] + buffer.offset + static_cast<size_t>(unit.row_in_lane) * buffer.row_bytes;
      case ProgramBuffer::shared: return shared_[index];
      case ProgramBuffer::partial: return partials_[index] + static_cast<size_t>(unit.place) * aligned(buffer.bytes);
      case ProgramBuffer::parameter: return static_cast<char*>(parameters_[buffer.index].value.data());
      case ProgramBuffer::copy: return copies_[index];
      case ProgramBuffer::result: return results_[index] + static_cast<size_t>(unit.first_row) * buffer.row_bytes;
      case ProgramBuffer::gradient: {
        if (!written_.contains({unit.lane, buffer.index})) return lane_gradient(unit.lane, buffer.index);
        char* at = partial_gradients_[static_cast<size_t>(unit.lane)] + partial_gradient;
        partial_gradient += aligned(buffer.bytes);
        return at;
      }
    }
    return nullptr;
  }
  char* lane_gradient(int lane, int gradient) {
    return gradients_[static_cast<size_t>(lane)] + gradient_offsets_[static_cast<size_t>(gradient)];
  }

  Pointers pointers_of(const ProgramStep& step, const Unit& unit, BoundCall& bound) {
    Pointers pointers;
    size_t none = 0;
    for (const Arg& arg : step.args) {
      char* where = arg.buffer < 0 ? nullptr : pointer(unit.program->buffers[static_cast<size_t>(arg.buffer)], unit, none);
      pointers.push_back(where);
      if (arg.buffer < 0 || arg.access == Arg::read) continue;
      const int64_t floats = unit.program->buffers[static_cast<size_t>(arg.buffer)].floats;
      if (floats > 0) bound.written.emplace_back(reinterpret_cast<const float*>(where), floats);
    }
    return pointers;
  }

  // A step's call, and behind it the sums where it wrote a gradient that its lane has already written to.
  void bind_step(size_t at, const Unit& unit, std::vector<BoundCall>& calls) {
    const Program& program = *unit.program;
    const ProgramStep& step = program.steps[at];
    Pointers pointers;
    BoundCall bound;
    bound.step = static_cast<int>(at);
    size_t partial_gradient = 0;
    struct Sum {
      void *from, *to;
      int64_t floats;
    };
    std::vector<Sum> sums;
    std::vector<int> first_writes;
    for (const Arg& arg : step.args) {
      if (arg.buffer < 0) {
        pointers.push_back(nullptr);
        continue;
      }
      const ProgramBuffer& buffer = program.buffers[static_cast<size_t>(arg.buffer)];
      if (arg.all_units) {
        const auto& partial = blueprint_.partials[static_cast<size_t>(buffer.index)];
        const size_t units = partial.scope == Scope::tile ? plan_->tiles.size() : plan_->lane_rows.size();
        for (size_t u = 0; u < units; ++u) pointers.push_back(partials_[static_cast<size_t>(buffer.index)] + u * aligned(partial.bytes));
        continue;
      }
      char* where = pointer(buffer, unit, partial_gradient);
      pointers.push_back(where);
      if (arg.access == Arg::read) continue;
      if (buffer.floats > 0) bound.written.emplace_back(reinterpret_cast<const float*>(where), buffer.floats);
      if (buffer.place != ProgramBuffer::gradient) continue;
      if (written_.contains({unit.lane, buffer.index})) sums.push_back({where, lane_gradient(unit.lane, buffer.index), buffer.floats});
      else first_writes.push_back(buffer.index);
    }
    for (int gradient : first_writes) written_.insert({unit.lane, gradient});
    pointers.push_back(scratch_[static_cast<size_t>(unit.lane)]);
    bound.call = step.kernel->bind(pointers, unit.first_row);
    calls.push_back(std::move(bound));
    for (const Sum& sum : sums) {
      const Pointers arguments = {sum.from, sum.to, scratch_[static_cast<size_t>(unit.lane)]};
      calls.push_back({kernels::accumulate(sum.floats)->bind(arguments, unit.first_row), static_cast<int>(at), {}});
    }
  }

  // ---- lists of calls

  void bind_compute() {
    plan_->segment_reasons = first_->segment_reasons;
    const size_t segments = first_->segment_reasons.size();
    plan_->compute.resize(segments);
    std::vector<Unit> lanes, tiles;
    int64_t row = 0;
    for (int l = 0; l < plan_->lanes; ++l) {
      const auto& sizes = tiling_.lanes[static_cast<size_t>(l)];
      const int64_t lane_row = row;
      lanes.push_back({Scope::lane, l, l, row, 0, &program(l, sizes[0]), nullptr});
      for (int64_t size : sizes) {
        const int place = static_cast<int>(tiles.size());
        tiles.push_back({Scope::tile, l, place, row, row - lane_row, &program(l, size), tile_arenas_[static_cast<size_t>(place)]});
        row += size;
      }
    }
    for (size_t s = 0; s < segments; ++s) {
      plan_->compute[s].reason = first_->segment_reasons[s];
      plan_->compute[s].lanes.resize(static_cast<size_t>(plan_->lanes));
    }
    const auto& steps = first_->steps;
    for (size_t begin = 0; begin < steps.size();) {
      // A section: steps of one scope in one segment.
      size_t end = begin;
      while (end < steps.size() && steps[end].section == steps[begin].section) ++end;
      Segment& segment = plan_->compute[static_cast<size_t>(steps[begin].segment)];
      for (const Unit& unit : steps[begin].scope == Scope::tile ? tiles : lanes)
        for (size_t at = begin; at < end; ++at)
          if (steps[at].phase == ProgramStep::unit) bind_step(at, unit, segment.lanes[static_cast<size_t>(unit.lane)]);
      for (size_t at = begin; at < end; ++at)
        if (steps[at].phase == ProgramStep::meeting) bind_step(at, lanes[0], segment.meeting);
      begin = end;
    }
    for (size_t at = 0; at < steps.size(); ++at)
      if (steps[at].phase == ProgramStep::update) {
        if (plan_->update.empty()) plan_->update.push_back(empty_segment("weights are new"));
        bind_step(at, lanes[0], plan_->update[0].lanes[0]);
      }
  }

  // Whether the plan is of one picture forward: its larger steps are cut into shares, always as many, whoever runs them.
  bool is_shared() const { return options_.batch == 1 && !options_.gradients; }

  // Shares of a step are a segment of their own, a list a thread; steps between such segments are one list.
  void bind_shares() {
    plan_->segment_reasons = first_->segment_reasons;
    const Unit unit = {Scope::tile, 0, 0, 0, 0, first_, tile_arenas_[0]};
    const auto begin_segment = [&](size_t lists, const char* reason) -> Segment& {
      plan_->compute.emplace_back();
      plan_->compute.back().reason = reason;
      plan_->compute.back().lanes.resize(lists);
      return plan_->compute.back();
    };
    bool open = false;  // the last segment takes steps
    for (size_t at = 0; at < first_->steps.size(); ++at) {
      const ProgramStep& step = first_->steps[at];
      const std::vector<kernels::Share> shares = step.phase == ProgramStep::unit ? step.kernel->shares(kShares) : std::vector<kernels::Share>();
      const size_t lists = std::min(shares.size(), static_cast<size_t>(std::max(options_.threads, 1)));
      if (lists > 1 || !open) begin_segment(std::max<size_t>(lists, 1), lists > 1 ? "a step is complete" : "a step is shared out");
      Segment& segment = plan_->compute.back();
      open = lists <= 1 && step.phase == ProgramStep::unit;
      if (shares.empty()) bind_step(at, unit, step.phase == ProgramStep::meeting ? segment.meeting : segment.lanes[0]);
      for (size_t i = 0; i < shares.size(); ++i) {
        BoundCall bound;
        bound.step = static_cast<int>(at);
        Pointers pointers = pointers_of(step, unit, bound);
        for (size_t a = 0; a < pointers.size(); ++a)
          if (pointers[a] != nullptr) pointers[a] = static_cast<char*>(pointers[a]) + shares[i].offsets[a];
        const size_t list = i * lists / shares.size(), scratch = shares[i].kernel->scratch_bytes();
        pointers.push_back(scratch > 0 ? memory(scratch) : nullptr);
        plan_->scratch_bytes += scratch;
        bound.call = shares[i].kernel->bind(pointers, 0);
        // All of it is there behind the last share.
        if (i + 1 < shares.size()) bound.written.clear();
        segment.lanes[list].push_back(std::move(bound));
      }
    }
  }

  Segment empty_segment(const std::string& reason) const {
    Segment segment;
    segment.reason = reason;
    segment.lanes.resize(static_cast<size_t>(plan_->lanes));
    return segment;
  }

  void bind_copies() {
    if (blueprint_.copies.empty()) return;
    Segment segment = empty_segment("weights are copied");
    for (size_t c = 0; c < blueprint_.copies.size(); ++c) {
      const auto& copy = blueprint_.copies[c];
      plan_->copy_bytes += copy.layout.bytes();
      if (!copy.folded.empty()) {
        plan_->folded = true;
        copies_.push_back(memory(copy.layout.bytes()));
        copy.layout.pack(copy.folded.data(), copies_[c]);
        continue;
      }
      const Parameter& parameter = parameters_[copy.parameter];
      WeightsCopy& shared = *plan_->shared_copies.emplace_back(parameters_.copy(copy.parameter, copy.layout));
      copies_.push_back(static_cast<char*>(shared.values.data()));
      const size_t lane = c % static_cast<size_t>(plan_->lanes);
      const KernelPtr kernel = kernels::weights_reorder(*parameter.home, copy.layout);
      segment.lanes[lane].push_back(single(kernel, parameter.path, "copy weights", StepInfo::copy,
                                           {const_cast<void*>(parameter.value.data()), copies_[c]}, copy.layout.bytes(), lane));
      segment.lanes[lane].back().copy = &shared;
    }
    plan_->copies.push_back(std::move(segment));
  }

  void run_copies() const {
    const std::lock_guard lock(parameters_.copying());
    for (const Segment& segment : plan_->copies)
      for (const auto& lane : segment.lanes)
        for (const BoundCall& call : lane) call.renew(parameters_.version(), {});
  }

  // A call that is no step of a layer: listed behind the program's steps.
  BoundCall single(const KernelPtr& kernel, const std::string& layer, const std::string& name, StepInfo::Kind kind,
                   Pointers pointers, size_t bytes, size_t lane) {
    if (kernel->scratch_bytes() > 0 && kernel->scratch_bytes() > scratch_limit(lane)) grow_scratch(lane, kernel->scratch_bytes());
    pointers.push_back(scratch_[lane]);
    BoundCall bound;
    bound.step = static_cast<int>(first_->steps.size() + extra_.size());
    extra_.push_back({layer, name, kernel->implementation(), kind, 0, 0, bytes, ""});
    bound.call = kernel->bind(pointers, 0);
    return bound;
  }
  size_t scratch_limit(size_t) const {
    size_t bytes = 0;
    for (const auto& [sizes, program] : programs_) bytes = std::max(bytes, program->scratch_bytes);
    return bytes;
  }
  void grow_scratch(size_t lane, size_t bytes) {
    plan_->scratch_bytes += bytes;
    scratch_[lane] = memory(bytes);
  }

  void bind_gradients() {
    Segment sum = empty_segment("gradients are summed"), move = empty_segment("gradients are laid out as weights");
    Segment complete = empty_segment("gradients have all they are made of");
    Segment update = empty_segment("weights are new"), hold = empty_segment("weights are held by constraints");
    size_t turn = 0;
    bool moved = false, completed = false, held = false;
    for (size_t g = 0; g < blueprint_.gradients.size(); ++g) {
      const auto& gradient = blueprint_.gradients[g];
      Parameter& parameter = parameters_[gradient.parameter];
      auto entry = std::make_unique<Plan::Gradient>();
      entry->parameter = gradient.parameter;
      entry->layout = *parameter.home;
      std::vector<int> lanes;
      for (int l = 0; l < plan_->lanes; ++l)
        if (written_.contains({l, static_cast<int>(g)})) lanes.push_back(l);
      const int64_t floats = static_cast<int64_t>(gradient.layout.bytes() / sizeof(float));
      const bool more = adds_to_gradient(parameter);
      if (!more) entry->squares.resize(chunks(floats));
      entry->values = reinterpret_cast<float*>(lane_gradient(lanes[0], static_cast<int>(g)));
      for (int64_t start = 0; start < floats; start += kChunk, ++turn) {
        const int64_t count = std::min(kChunk, floats - start);
        const size_t lane = turn % static_cast<size_t>(plan_->lanes);
        Pointers pointers;
        for (int l : lanes) pointers.push_back(reinterpret_cast<float*>(lane_gradient(l, static_cast<int>(g))) + start);
        pointers.push_back(more ? nullptr : &entry->squares[static_cast<size_t>(start / kChunk)]);
        sum.lanes[lane].push_back(single(kernels::reduce({.elements = count, .lanes = static_cast<int64_t>(lanes.size())}),
                                         parameter.path, "sum of lanes", StepInfo::update, pointers,
                                         static_cast<size_t>(count) * sizeof(float), lane));
      }
      if (!(gradient.layout == *parameter.home)) {
        const size_t lane = g % static_cast<size_t>(plan_->lanes);
        char* to = memory(parameter.home->bytes());
        plan_->gradient_bytes += parameter.home->bytes();
        move.lanes[lane].push_back(single(kernels::weights_reorder(gradient.layout, *parameter.home), parameter.path,
                                          "gradient to the weights' layout", StepInfo::update, {entry->values, to},
                                          parameter.home->bytes(), lane));
        entry->values = reinterpret_cast<float*>(to);
        moved = true;
      }
      if (more) bind_completion(*entry, parameter, turn, complete);
      completed = completed || more;
      if (options_.update != nullptr) {
        bind_update(*entry, parameter, turn, update);
        held = bind_constraint(parameter, g, hold) || held;
      }
      plan_->parameter_gradients.push_back(std::move(entry));
    }
    plan_->compute.push_back(std::move(sum));
    if (moved) plan_->compute.push_back(std::move(move));
    if (completed) plan_->compute.push_back(std::move(complete));
    if (options_.update == nullptr) return;
    // Moving statistics are there already, in the first lane.
    if (plan_->update.empty()) plan_->update.push_back(empty_segment("weights are new"));
    for (size_t l = 0; l < update.lanes.size(); ++l)
      for (BoundCall& call : update.lanes[l]) plan_->update[0].lanes[l].push_back(std::move(call));
    if (held) plan_->update.push_back(std::move(hold));
  }

  static size_t chunks(int64_t floats) { return static_cast<size_t>((floats + kChunk - 1) / kChunk); }

  // Whether a gradient is more than what backward leaves: a penalty's derivative, or what an optimizer gathers.
  bool adds_to_gradient(const Parameter& parameter) const {
    return parameter.spec.regularizer.any() || (options_.update != nullptr && options_.update->gather(1) != nullptr);
  }

  void bind_completion(Plan::Gradient& gradient, Parameter& parameter, size_t& turn, Segment& segment) {
    const Regularizer& regularizer = parameter.spec.regularizer;
    const int64_t floats = parameter.stored_elements();
    gradient.squares.resize(chunks(floats));
    if (regularizer.any()) gradient.penalties.resize(chunks(floats));
    for (int64_t start = 0; start < floats; start += kChunk, ++turn) {
      const int64_t count = std::min(kChunk, floats - start);
      const size_t lane = turn % static_cast<size_t>(plan_->lanes), chunk = static_cast<size_t>(start / kChunk);
      const auto add = [&](const KernelPtr& kernel, const char* name, Pointers pointers) {
        segment.lanes[lane].push_back(single(kernel, parameter.path, name, StepInfo::update, std::move(pointers),
                                             static_cast<size_t>(count) * sizeof(float), lane));
      };
      float* values = gradient.values + start;
      if (regularizer.any())
        add(kernels::add_penalty({.elements = count, .l1 = static_cast<float>(regularizer.l1),
                                  .l2 = static_cast<float>(regularizer.l2)}),
            "penalty", {static_cast<float*>(parameter.value.data()) + start, values, &gradient.penalties[chunk]});
      if (const KernelPtr gather = options_.update != nullptr ? options_.update->gather(count) : nullptr) {
        Pointers pointers = {values};
        for (Buffer& slot : parameter.slots) pointers.push_back(static_cast<float*>(slot.data()) + start);
        add(gather, "gather", std::move(pointers));
      }
      add(kernels::reduce({.elements = count}), "squares", {values, &gradient.squares[chunk]});
    }
  }

  // Norms are taken in Keras's order: weights that live in another are brought there and back.
  bool bind_constraint(Parameter& parameter, size_t turn, Segment& segment) {
    const Constraint& constraint = parameter.spec.constraint;
    if (constraint.kind == ConstraintKind::none) return false;
    const size_t lane = turn % static_cast<size_t>(plan_->lanes);
    const auto add = [&](const KernelPtr& kernel, Pointers pointers) {
      segment.lanes[lane].push_back(single(kernel, parameter.path, "constraint", StepInfo::update, std::move(pointers),
                                           parameter.value.bytes(), lane));
    };
    void* weights = parameter.value.data();
    if (constraint.kind == ConstraintKind::non_neg) {
      add(kernels::not_negative(parameter.stored_elements()), {weights});
      return true;
    }
    const Shape& shape = parameter.spec.shape;
    kernels::NormRangeProblem problem = {.shape = shape,
                                         .axes = constraint.axis,
                                         .least = static_cast<float>(constraint.min_value),
                                         .most = static_cast<float>(constraint.max_value),
                                         .rate = static_cast<float>(constraint.rate)};
    for (int64_t& axis : problem.axes) axis = (axis + shape.rank()) % shape.rank();
    if (constraint.kind == ConstraintKind::unit_norm) problem.least = problem.most = 1;
    const auto plain = kernels::WeightsLayout::plain(shape);
    if (*parameter.home == plain) {
      add(kernels::norms_in_range(problem), {weights});
      return true;
    }
    void* keras = memory(plain.bytes());
    plan_->copy_bytes += plain.bytes();
    add(kernels::weights_reorder(*parameter.home, plain), {weights, keras});
    add(kernels::norms_in_range(problem), {keras});
    add(kernels::weights_reorder(plain, *parameter.home), {keras, weights});
    return true;
  }

  void bind_update(Plan::Gradient& gradient, Parameter& parameter, size_t& turn, Segment& segment) {
    const int64_t floats = parameter.stored_elements();
    assert(parameter.slots.size() == options_.update->slots().size() && "the optimizer's state is booked");
    for (int64_t start = 0; start < floats; start += kChunk, ++turn) {
      const int64_t count = std::min(kChunk, floats - start);
      const size_t lane = turn % static_cast<size_t>(plan_->lanes);
      Pointers pointers = {gradient.values + start, static_cast<float*>(parameter.value.data()) + start};
      for (Buffer& slot : parameter.slots) pointers.push_back(static_cast<float*>(slot.data()) + start);
      pointers.push_back(&gradient.scale);
      segment.lanes[lane].push_back(single(options_.update->kernel(count, parameter), parameter.path, "update",
                                           StepInfo::update, pointers, static_cast<size_t>(count) * sizeof(float), lane));
    }
  }

  // ---- for the reader

  void describe() {
    for (const ProgramStep& step : first_->steps) {
      StepInfo info{step.layer, step.name, step.kernel->implementation(), StepInfo::tile, step.segment,
                    step.scope == Scope::tile ? programs_.begin()->first.first : programs_.begin()->first.second, 0, ""};
      if (step.phase == ProgramStep::meeting) info.kind = StepInfo::meeting;
      else if (step.phase == ProgramStep::update) info.kind = StepInfo::update;
      else info.kind = step.scope == Scope::tile ? StepInfo::tile : StepInfo::lane;
      for (const Arg& arg : step.args) {
        if (arg.buffer < 0 || arg.access == Arg::read || arg.access == Arg::none) continue;
        const ProgramBuffer& buffer = first_->buffers[static_cast<size_t>(arg.buffer)];
        info.bytes += buffer.row_bytes > 0 ? buffer.row_bytes * static_cast<size_t>(info.rows) : buffer.bytes;
        if (info.output.empty()) info.output = buffer.layout;
      }
      plan_->steps.push_back(std::move(info));
    }
    for (StepInfo& info : extra_) plan_->steps.push_back(std::move(info));
  }

  Parameters& parameters_;
  const PlanOptions& options_;
  PlanGraph graph_;
  std::unique_ptr<Plan> plan_;
  Tiling tiling_;
  Blueprint blueprint_;
  std::map<std::pair<int64_t, int64_t>, std::unique_ptr<Program>> programs_;
  const Program* first_ = nullptr;
  std::vector<char*> lane_arenas_, tile_arenas_, scratch_, gradients_, partial_gradients_;
  std::vector<char*> shared_, partials_, results_, copies_;
  std::vector<size_t> gradient_offsets_;
  std::set<std::pair<int, int>> written_;  // (lane, gradient): the lane's sum has begun
  std::vector<StepInfo> extra_;
};

}  // namespace

Tiling Tiling::of(int64_t batch, int lanes, int64_t tile) {
  Tiling tiling;
  for (int64_t rows : even_parts(batch, std::min<int64_t>(lanes, batch)))
    tiling.lanes.push_back(even_parts(rows, (rows + tile - 1) / tile));
  return tiling;
}

int default_lanes(int64_t batch) {
  return static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(available_cores(), batch / kLeastLane)));
}

std::unique_ptr<Plan> make_plan(const Graph& graph, Parameters& parameters, const PlanOptions& options) {
  return Builder(graph, parameters, options).build();
}

}  // namespace fovea
