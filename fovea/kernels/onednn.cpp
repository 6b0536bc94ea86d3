#include "fovea/kernels/onednn.h"

#include <hwy/targets.h>
#include <omp.h>

#include <cassert>
#include <cmath>
#include <cstring>

#include "fovea/kernels/cpu.h"

namespace fovea::kernels::onednn {
namespace {

// Streams are kept a thread: the library does not promise that one may be shared. The first OneThread of a thread
// makes OpenMP's record of it, so that runs allocate nothing later.
dnnl_stream_t thread_stream() {
  thread_local const dnnl::stream stream(engine());
  return stream.get();
}

class PrimitiveCall final : public Call {
 public:
  PrimitiveCall(const dnnl::primitive& primitive, std::vector<memory> memories, std::vector<int> indices)
      : primitive_(primitive), memories_(std::move(memories)) {
    for (size_t i = 0; i < memories_.size(); ++i) arguments_.push_back({indices[i], memories_[i].get()});
  }

  void run(const RunContext&) const override {
    const OneThread one;
    [[maybe_unused]] const dnnl_status_t status = dnnl_primitive_execute(
        primitive_.get(), thread_stream(), static_cast<int>(arguments_.size()), arguments_.data());
    assert(status == dnnl_success && "a bound primitive runs");
  }

 private:
  dnnl::primitive primitive_;
  std::vector<memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

class PrimitiveKernel final : public Kernel {
 public:
  PrimitiveKernel(const dnnl::primitive& primitive, std::string implementation, std::vector<Argument> arguments,
                  const memory::desc& scratch)
      : primitive_(primitive),
        implementation_(std::move(implementation)),
        arguments_(std::move(arguments)),
        scratch_(scratch) {}

  std::string implementation() const override { return implementation_; }
  size_t scratch_bytes() const override { return scratch_.get_size(); }

  std::unique_ptr<Call> bind(std::span<void* const> pointers, int64_t) const override {
    assert(pointers.size() == arguments_.size() + 1 && "a pointer for every argument, then scratch");
    const OneThread one;
    std::vector<memory> memories;
    std::vector<int> indices;
    const auto add = [&](int index, const memory::desc& desc, void* pointer) {
      if (desc.get_size() == 0) return;
      assert(pointer != nullptr && "only an argument that is not there is null");
      memories.emplace_back(desc, engine(), pointer);
      indices.push_back(index);
    };
    for (size_t i = 0; i < arguments_.size(); ++i) add(arguments_[i].index, arguments_[i].desc, pointers[i]);
    add(DNNL_ARG_SCRATCHPAD, scratch_, pointers.back());
    return std::make_unique<PrimitiveCall>(primitive_, std::move(memories), std::move(indices));
  }

 private:
  dnnl::primitive primitive_;
  std::string implementation_;
  std::vector<Argument> arguments_;
  memory::desc scratch_;
};

class CopyCall final : public Call {
 public:
  CopyCall(const void* src, void* dst, size_t bytes) : src_(src), dst_(dst), bytes_(bytes) {}
  void run(const RunContext&) const override {
    if (src_ != dst_) std::memcpy(dst_, src_, bytes_);
  }

 private:
  const void* src_;
  void* dst_;
  size_t bytes_;
};

class CopyKernel final : public Kernel {
 public:
  explicit CopyKernel(size_t bytes) : bytes_(bytes) {}
  std::string implementation() const override { return "memcpy"; }
  std::unique_ptr<Call> bind(std::span<void* const> pointers, int64_t) const override {
    assert(pointers.size() == 3 && "src, dst, scratch");
    return std::make_unique<CopyCall>(pointers[0], pointers[1], bytes_);
  }

 private:
  size_t bytes_;
};

}  // namespace

const dnnl::engine& engine() {
  // Never destroyed: threads that end late still hold streams of it.
  static const dnnl::engine& engine = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

OneThread::OneThread() : before_(omp_get_max_threads()) {
  if (before_ != 1) omp_set_num_threads(1);
}
OneThread::~OneThread() {
  if (before_ != 1) omp_set_num_threads(before_);
}

dnnl::primitive_attr attributes(bool relu, float relu_limit) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (relu) {
    const bool limited = std::isfinite(relu_limit);
    const auto algorithm = limited ? dnnl::algorithm::eltwise_clip : dnnl::algorithm::eltwise_relu;
    const float beta = limited ? relu_limit : 0;
    dnnl::post_ops operations;
#if DNNL_VERSION_MAJOR >= 3
    operations.append_eltwise(algorithm, 0.0f, beta);
#else
    operations.append_eltwise(1.0f, algorithm, 0.0f, beta);
#endif
    attr.set_post_ops(operations);
  }
  return attr;
}

int64_t Blocking::outer(size_t axis) const {
  int64_t size = padded[axis];
  for (size_t i = 0; i < inner_axes.size(); ++i)
    if (inner_axes[i] == static_cast<int64_t>(axis)) size /= inner_sizes[i];
  return size;
}

Blocking blocking(const memory::desc& desc) {
  Blocking b;
#if DNNL_VERSION_MAJOR >= 3
  if (desc.get_ndims() == 0 || desc.get_format_kind() != memory::format_kind::blocked) return b;
  b.type = desc.get_data_type();
  b.dims = desc.get_dims();
  b.padded = desc.get_padded_dims();
  b.strides = desc.get_strides();
  b.inner_sizes = desc.get_inner_blks();
  b.inner_axes = desc.get_inner_idxs();
  b.blocked = desc.get_submemory_offset() == 0;
#else
  const dnnl_memory_desc_t& md = desc.data;
  if (md.ndims == 0 || md.format_kind != dnnl_blocked) return b;
  const dnnl_blocking_desc_t& blocks = md.format_desc.blocking;
  b.type = desc.data_type();
  b.dims.assign(md.dims, md.dims + md.ndims);
  b.padded.assign(md.padded_dims, md.padded_dims + md.ndims);
  b.strides.assign(blocks.strides, blocks.strides + md.ndims);
  b.inner_sizes.assign(blocks.inner_blks, blocks.inner_blks + blocks.inner_nblks);
  b.inner_axes.assign(blocks.inner_idxs, blocks.inner_idxs + blocks.inner_nblks);
  b.blocked = md.offset0 == 0;
#endif
  return b;
}

bool same_order(const memory::desc& a, const memory::desc& b) {
  if (a == b) return true;
  const Blocking x = blocking(a), y = blocking(b);
  if (!x.blocked || !y.blocked || a.get_size() != b.get_size()) return false;
  if (x.dims != y.dims || x.padded != y.padded || x.inner_sizes != y.inner_sizes || x.inner_axes != y.inner_axes)
    return false;
  for (size_t i = 0; i < x.dims.size(); ++i)
    if (x.outer(i) > 1 && x.strides[i] != y.strides[i]) return false;
  return true;
}

memory::data_type data_type(DType type) {
  switch (type) {
    case DType::f32:
      return memory::data_type::f32;
    case DType::bf16:
      return memory::data_type::bf16;
    case DType::f16:
      return memory::data_type::f16;
    case DType::i32:
      return memory::data_type::s32;
    case DType::i8:
      return memory::data_type::s8;
    case DType::u8:
      return memory::data_type::u8;
    case DType::f64:
    case DType::i64:
      break;
  }
  assert(false && "a number type that oneDNN computes with");
  return memory::data_type::undef;
}

std::vector<memory::desc> descs_of(const Layout& layout) {
  using tag = memory::format_tag;
  const memory::dims dims = {layout.n, layout.c, layout.h, layout.w};
  std::vector<memory::desc> descs;
  const auto add = [&](int64_t block, tag format) {
    if (Layout{layout.n, layout.h, layout.w, layout.c, block, layout.dtype} == layout)
      descs.emplace_back(dims, data_type(layout.dtype), format);
  };
  add(16, tag::nChw16c);
  add(8, tag::nChw8c);
  add(layout.c, tag::nhwc);
  add(1, tag::nchw);
  add(4, tag::nChw4c);
  add(32, tag::nChw32c);
  assert(!descs.empty() && "channels in blocks of a size that oneDNN has a name for");
  return descs;
}

std::optional<Layout> layout_of(const memory::desc& desc) {
  const Blocking b = blocking(desc);
  if (!b.blocked || b.dims.size() != 4 || b.inner_sizes.size() > 1) return {};
  const bool has_block = !b.inner_sizes.empty();
  if (has_block && b.inner_axes[0] != 1) return {};
  DType type = DType::f32;
  for (DType t : {DType::bf16, DType::f16, DType::i32, DType::i8, DType::u8})
    if (b.type == data_type(t)) type = t;
  const int64_t n = b.dims[0], c = b.dims[1], h = b.dims[2], w = b.dims[3];
  for (int64_t block : has_block ? std::vector<int64_t>{b.inner_sizes[0]} : std::vector<int64_t>{c, 1}) {
    const Layout layout{n, h, w, c, block, type};
    if (b.padded != memory::dims{n, has_block ? layout.padded_channels() : c, h, w}) continue;
    const int64_t row = w * block, map = h * row, picture = layout.blocks() * map;
    // Without inner blocks, channels are the innermost axis (block = c) or one map each (block = 1).
    const int64_t channel = has_block || block == 1 ? map : 1;
    const int64_t channels = has_block ? layout.blocks() : c;
    const auto is = [&](int axis, int64_t size, int64_t stride) {
      return size == 1 || b.strides[static_cast<size_t>(axis)] == stride;
    };
    if (is(0, n, picture) && is(1, channels, channel) && is(2, h, row) && is(3, w, block)) return layout;
  }
  return {};
}

KernelPtr primitive_kernel(const dnnl::primitive& primitive, std::string implementation,
                           std::vector<Argument> arguments, const memory::desc& scratch) {
  return std::make_shared<PrimitiveKernel>(primitive, std::move(implementation), std::move(arguments), scratch);
}

KernelPtr copy_kernel(size_t bytes) { return std::make_shared<CopyKernel>(bytes); }

KernelPtr reorder_kernel(const memory::desc& src, const memory::desc& dst) {
  if (same_order(src, dst)) return copy_kernel(src.get_size());
  const OneThread one;
  const dnnl::reorder::primitive_desc pd(engine(), src, engine(), dst, attributes());
  return primitive_kernel(dnnl::reorder(pd), pd.impl_info_str(), {{DNNL_ARG_FROM, src}, {DNNL_ARG_TO, dst}},
                          pd.scratchpad_desc());
}

bool is_reference(const std::string& implementation) {
  return implementation.starts_with("ref") || implementation.find("gemm:ref") != std::string::npos;
}
bool is_by_product(const std::string& implementation) {
  // "gemm:jit" or "x64:gemm:jit"; "brgemm:avx512_core" is direct.
  return implementation.starts_with("gemm") || implementation.find(":gemm") != std::string::npos;
}

}  // namespace fovea::kernels::onednn

namespace fovea::kernels {

std::string library_version() {
  const dnnl_version_t& v = *dnnl_version();
  return "oneDNN " + std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch);
}

std::string instruction_set() {
  // Bits of dnnl_cpu_isa_t, strongest first. The newest names are numbers so that old headers compile.
  struct Name {
    unsigned bits;
    const char* name;
  };
  static constexpr Name names[] = {{0x3e7, "AVX512_AMX"}, {0xe7, "AVX512_BF16"}, {0x67, "AVX512_VNNI"},
                                   {0x27, "AVX512"},      {0x407, "AVX2_VNNI"},  {0x7, "AVX2"},
                                   {0x3, "AVX"},          {0x1, "SSE4.1"}};
  const unsigned isa = static_cast<unsigned>(dnnl_get_effective_cpu_isa());
  for (const Name& name : names)
    if ((isa & name.bits) == name.bits) return name.name;
  return "generic";
}

#if HWY_ARCH_X86
namespace {

// A limit of the library's instructions (ONEDNN_MAX_CPU_ISA) is one of our own loops too. Better instruction sets are lower
// bits; set before any loop is chosen.
[[maybe_unused]] const bool limited = [] {
  const std::string set = instruction_set();
  if (set == "AVX2" || set == "AVX2_VNNI") hwy::DisableTargets(HWY_AVX2 - 1);
  if (set == "AVX" || set == "SSE4.1") hwy::DisableTargets(HWY_SSE4 - 1);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return true;
}();

}  // namespace
#endif

}  // namespace fovea::kernels
