#include "fovea/report/colour_map.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea {
namespace {

using Colours = std::array<ColourMap::Rgb, ColourMap::kColours>;

// matplotlib's tables (CC0, turbo Apache 2.0) as its bytes, first colour first.
const char* const kViridis =
    "44015444025544035745055845065a45085b46095c460b5e460c5f460e61470f6247116347126547146647156747166947186a48196b481a6c481c6e"
    "481d6f481e70482071482172482273482374472575472676472777472878472a79472b7a472c7b462d7c462f7c46307d46317e45327f45347f453580"
    "453681443781443982433a83433b83433c84423d84423e854240854141864142864043874044873f45873f47883e48883e49893d4a893d4b893d4c89"
    "3c4d8a3c4e8a3b508a3b518a3a528b3a538b39548b39558b38568b38578c37588c37598c365a8c365b8c355c8c355d8c345e8d345f8d33608d33618d"
    "32628d32638d31648d31658d31668d30678d30688d2f698d2f6a8d2e6b8e2e6c8e2e6d8e2d6e8e2d6f8e2c708e2c718e2c728e2b738e2b748e2a758e"
    "2a768e2a778e29788e29798e287a8e287a8e287b8e277c8e277d8e277e8e267f8e26808e26818e25828e25838d24848d24858d24868d23878d23888d"
    "23898d22898d228a8d228b8d218c8d218d8c218e8c208f8c20908c20918c1f928c1f938b1f948b1f958b1f968b1e978a1e988a1e998a1e998a1e9a89"
    "1e9b891e9c891e9d881e9e881e9f881ea0871fa1871fa2861fa38620a48520a58521a68521a78422a78423a88323a98224aa8225ab8126ac8127ad80"
    "28ae7f29af7f2ab07e2bb17d2cb17d2eb27c2fb37b30b47a32b57a33b67935b77836b87738b97639b9763bba753dbb743ebc7340bd7242be7144be70"
    "45bf6f47c06e49c16d4bc26c4dc26b4fc36951c46853c56755c66657c66559c7645bc8625ec96160c96062ca5f64cb5d67cc5c69cc5b6bcd596dce58"
    "70ce5672cf5574d05477d05279d1517cd24f7ed24e81d34c83d34b86d44988d5478bd5468dd64490d64392d74195d73f97d83e9ad83c9dd93a9fd938"
    "a2da37a5da35a7db33aadb32addc30afdc2eb2dd2cb5dd2bb7dd29bade27bdde26bfdf24c2df22c5df21c7e01fcae01ecde01dcfe11cd2e11bd4e11a"
    "d7e219dae218dce218dfe318e1e318e4e318e7e419e9e419ece41aeee51bf1e51cf3e51ef6e61ff8e621fae622fde724";

const char* const kMagma =
    "00000300000400000601000701010901010b02020d02020f03031104031304041505041706051907051b08061d09071f0a07220b08240c09260d0a28"
    "0e0a2a0f0b2c100c2f110c31120d33140d35150e38160e3a170f3c180f3f1a10411b10441c10461e10491f114b20114d221150231152251155261157"
    "2811592a115c2b115e2d10602f1062301065321067341068350f6a370f6c390f6e3b0f6f3c0f713e0f72400f73420f74430f75450f76470f77481078"
    "4a10794b10794d117a4f117b50127b52127c53137c55137d57147d58157e5a157e5b167e5d177e5e177f60187f61187f63197f651a80661a80681b80"
    "691c806b1c806c1d806e1e816f1e81711f81731f817420817621817721817922817a22817c23817e24817f2481812581822581842681852681872781"
    "8928818a28818c29808d29808f2a80912a80922b80942b80952c80972c7f992d7f9a2d7f9c2e7f9e2e7e9f2f7ea12f7ea3307ea4307da6317da7317d"
    "a9327cab337cac337bae347bb0347bb1357ab3357ab53679b63679b83778b93778bb3877bd3977be3976c03a75c23a75c33b74c53c74c63c73c83d72"
    "ca3e72cb3e71cd3f70ce4070d0416fd1426ed3426dd4436dd6446cd7456bd9466ada4769dc4869dd4968de4a67e04b66e14c66e24d65e44e64e55063"
    "e65162e75262e85461ea5560eb5660ec585fed595fee5b5eee5d5def5e5df0605df1615cf2635cf3655cf3675bf4685bf56a5bf56c5bf66e5bf6705b"
    "f7715bf7735cf8755cf8775cf9795cf97b5df97d5dfa7f5efa805efa825ffb8460fb8660fb8861fb8a62fc8c63fc8e63fc9064fc9265fc9366fd9567"
    "fd9768fd9969fd9b6afd9d6bfd9f6cfda16efda26ffda470fea671fea873feaa74feac75feae76feaf78feb179feb37bfeb57cfeb77dfeb97ffebb80"
    "febc82febe83fec085fec286fec488fec689fec78bfec98dfecb8efdcd90fdcf92fdd193fdd295fdd497fdd698fdd89afdda9cfddc9dfddd9ffddfa1"
    "fde1a3fce3a5fce5a6fce6a8fce8aafceaacfcecaefceeb0fcf0b1fcf1b3fcf3b5fcf5b7fbf7b9fbf9bbfbfabdfbfcbf";

const char* const kInferno =
    "00000300000400000601000701010901010b02010e02021003021204031404031605041806041b07051d08061f0906210a07230b07260d08280e082a"
    "0f092d10092f120a32130a34140b36160b39170b3b190b3e1a0b401c0c431d0c451f0c47200c4a220b4c240b4e260b50270b52290b542b0a562d0a58"
    "2e0a5a300a5c32095d34095f3509603709613909623b09643c09653e0966400966410967430a68450a69460a69480b6a4a0b6a4b0c6b4d0c6b4f0d6c"
    "500d6c520e6c530e6d550f6d570f6d58106d5a116d5b116e5d126e5f126e60136e62146e63146e65156e66156e68166e6a176e6b176e6d186e6e186e"
    "70196e72196d731a6d751b6d761b6d781c6d7a1c6d7b1d6c7d1d6c7e1e6c801f6b811f6b83206b85206a86216a88216a8922698b22698d23698e2468"
    "9024689125679325679526669626669827659928649b28649c29639e2963a02a62a12b61a32b61a42c60a62c5fa72d5fa92e5eab2e5dac2f5cae305b"
    "af315bb1315ab23259b43358b53357b73456b83556ba3655bb3754bd3753be3852bf3951c13a50c23b4fc43c4ec53d4dc73e4cc83e4bc93f4acb4049"
    "cc4148cd4247cf4446d04544d14643d24742d44841d54940d64a3fd74b3ed94d3dda4e3bdb4f3adc5039dd5238de5337df5436e05634e25733e35832"
    "e45a31e55b30e65c2ee65e2de75f2ce8612be9622aea6428eb6527ec6726ed6825ed6a23ee6c22ef6d21f06f1ff0701ef1721df2741cf2751af37719"
    "f37918f47a16f57c15f57e14f68012f68111f78310f7850ef8870df8880cf88a0bf98c09f98e08f99008fa9107fa9306fa9506fa9706fb9906fb9b06"
    "fb9d06fb9e07fba007fba208fba40afba60bfba80dfbaa0efbac10fbae12fbb014fbb116fbb318fbb51afbb71cfbb91efabb21fabd23fabf25fac128"
    "f9c32af9c52cf9c72ff8c931f8cb34f8cd37f7cf3af7d13cf6d33ff6d542f5d745f5d948f4db4bf4dc4ff3de52f3e056f3e259f2e45df2e660f1e864"
    "f1e968f1eb6cf1ed70f1ee74f1f079f1f27df2f381f2f485f3f689f4f78df5f891f6fa95f7fb99f9fc9dfafda0fcfea4";

const char* const kPlasma =
    "0c078610078713068915068a18068b1b068c1d068d1f058e21058f2305902505912705922905932b05942d04942f0495310496330497340498360498"
    "3804993a049a3b039a3d039b3f039c40039c42039d44039e45039e47029f49029f4a02a04c02a14e02a14f02a25101a25201a35401a35601a35701a4"
    "5901a45a00a55c00a55e00a55f00a66100a66200a66400a76500a76700a76800a76a00a76c00a86d00a86f00a87000a87200a87300a87500a87601a8"
    "7801a87901a87b02a87c02a77e03a77f03a78104a78204a78405a68506a68607a68807a58908a58b09a48c0aa48e0ca48f0da3900ea3920fa29310a1"
    "9511a19612a09713a099149f9a159e9b179e9d189d9e199c9f1a9ba01b9ba21c9aa31d99a41e98a51f97a72197a82296a92395aa2494ac2593ad2692"
    "ae2791af2890b02a8fb12b8fb22c8eb42d8db52e8cb62f8bb7308ab83289b93388ba3487bb3586bc3685bd3784be3883bf3982c03b81c13c80c23d80"
    "c33e7fc43f7ec5407dc6417cc7427bc8447ac94579ca4678cb4777cc4876cd4975ce4a75cf4b74d04d73d14e72d14f71d25070d3516fd4526ed5536d"
    "d6556dd7566cd7576bd8586ad95969da5a68db5b67dc5d66dc5e66dd5f65de6064df6163df6262e06461e16560e26660e3675fe3685ee46a5de56b5c"
    "e56c5be66d5ae76e5ae87059e87158e97257ea7356ea7455eb7654ec7754ec7853ed7952ed7b51ee7c50ef7d4fef7e4ef0804df0814df1824cf2844b"
    "f2854af38649f38748f48947f48a47f58b46f58d45f68e44f68f43f69142f79241f79341f89540f8963ff8983ef9993df99a3cfa9c3bfa9d3afa9f3a"
    "faa039fba238fba337fba436fca635fca735fca934fcaa33fcac32fcad31fdaf31fdb030fdb22ffdb32efdb52dfdb62dfdb82cfdb92bfdbb2bfdbc2a"
    "fdbe29fdc029fdc128fdc328fdc427fdc626fcc726fcc926fccb25fccc25fcce25fbd024fbd124fbd324fad524fad624fad824f9d924f9db24f8dd24"
    "f8df24f7e024f7e225f6e425f6e525f5e726f5e926f4ea26f3ec26f3ee26f2f026f2f126f1f326f0f525f0f623eff821";

const char* const kTurbo =
    "30123b31154232184a341b51351e5836215f37236538266c3929723a2c793b2f7f3c32853c358b3d37913e3a963f3d9c4040a14043a64145ab4148b0"
    "424bb5434eba4350be4353c24456c74458cb455bce455ed24560d64563d94666dd4668e0466be3466de64670e84673eb4675ed4678f0467af2467df4"
    "467ff64682f84584f94587fb4589fc448cfd438efd4291fe4193fe4096fe3f98fe3e9bfe3c9dfd3ba0fc39a2fc38a5fb36a8f934aaf833acf631aff5"
    "2fb1f32db4f12bb6ef2ab9ed28bbeb26bde925c0e623c2e421c4e120c6df1ec9dc1dcbda1ccdd71bcfd41ad1d219d3cf18d5cc18d7ca17d9c717dac4"
    "17dcc217debf18e0bd18e1ba19e3b81ae4b61be5b41de7b11ee8af20e9ac22eba924eca627eda329eea02cef9d2ff09a32f19735f39438f4913bf48d"
    "3ff58a42f68746f7834af8804df97c51f97955fa7659fb725dfb6f61fc6c65fc6869fd656dfd6271fd5f74fe5c78fe597cfe5680fe5384fe5087fe4d"
    "8bfe4b8efe4892fe4695fe4498fe429bfd409efd3ea1fc3da4fc3ba6fb3aa9fb39acfa37aef937b1f836b3f835b6f735b9f534bbf434bef334c0f233"
    "c3f133c5ef33c8ee33caed33cdeb34cfea34d1e834d4e735d6e535d8e335dae236dde036dfde36e1dc37e3da37e5d838e7d738e8d538ead339ecd139"
    "edcf39efcd39f0cb3af2c83af3c63af4c43af6c23af7c039f8be39f9bc39f9ba38fab737fbb537fbb336fcb035fcae34fdab33fda932fda631fda330"
    "fea12ffe9e2efe9b2dfe982cfd952bfd9229fd8f28fd8c27fc8926fc8624fb8323fb8022fa7d20fa7a1ff9771ef8741cf7711bf76e1af66b18f56817"
    "f46516f36315f26014f15d13ef5a11ee5810ed550fec520eea500de94d0de84b0ce6490be5460ae3440ae24209e04008de3e08dd3c07db3a07d93806"
    "d73606d63405d43205d23005d02f04ce2d04cb2b03c92903c72803c52602c32402c02302be2102bb1f01b91e01b61c01b41b01b11901ae1801ac1601"
    "a91501a61401a31201a011019d10019a0e01970d01940c01910b018e0a018b09018708018407018106027d05027a0402";

// The byte that a number of the table was cut off to lies in the middle of where it may have been.
Colours from_bytes(std::string_view hex) {
  Colours colours;
  for (size_t i = 0; i < colours.size(); ++i)
    for (size_t c = 0; c < 3; ++c) {
      int byte = 0;
      const char* at = hex.data() + 6 * i + 2 * c;
      std::from_chars(at, at + 2, byte, 16);
      colours[i][c] = (byte + 0.5) / 255;
    }
  return colours;
}

// A colour's course: straight lines between points (place, value).
using Course = std::vector<std::pair<double, double>>;

// matplotlib's own operations in its order: what is cut off to a byte may hang on the last bit.
Colours from_courses(const std::array<Course, 3>& courses) {
  constexpr double kLast = ColourMap::kColours - 1;
  Colours colours;
  for (int i = 0; i < ColourMap::kColours; ++i)
    for (size_t c = 0; c < 3; ++c) {
      const double at = kLast * (i == ColourMap::kColours - 1 ? 1 : i * (1 / kLast));
      const Course& course = courses[c];
      size_t k = 1;
      while (k + 1 < course.size() && kLast * course[k].first < at) ++k;
      const auto& [x0, y0] = course[k - 1];
      const auto& [x1, y1] = course[k];
      colours[static_cast<size_t>(i)][c] = (at - kLast * x0) / (kLast * x1 - kLast * x0) * (y1 - y0) + y0;
    }
  return colours;
}

const Course kUp = {{0, 0}, {1, 1}};

}  // namespace

const std::vector<std::pair<std::string, ColourMap>>& ColourMap::all() {
  static const std::vector<std::pair<std::string, ColourMap>> maps = {
      {"jet", ColourMap(from_courses({{{{0, 0}, {0.35, 0}, {0.66, 1}, {0.89, 1}, {1, 0.5}},
                                       {{0, 0}, {0.125, 0}, {0.375, 1}, {0.64, 1}, {0.91, 0}, {1, 0}},
                                       {{0, 0.5}, {0.11, 1}, {0.34, 1}, {0.65, 0}, {1, 0}}}}))},
      {"viridis", ColourMap(from_bytes(kViridis))},
      {"magma", ColourMap(from_bytes(kMagma))},
      {"inferno", ColourMap(from_bytes(kInferno))},
      {"plasma", ColourMap(from_bytes(kPlasma))},
      {"turbo", ColourMap(from_bytes(kTurbo))},
      {"hot", ColourMap(from_courses({{{{0, 0.0416}, {0.365079, 1}, {1, 1}},
                                       {{0, 0}, {0.365079, 0}, {0.746032, 1}, {1, 1}},
                                       {{0, 0}, {0.746032, 0}, {1, 1}}}}))},
      {"gray", ColourMap(from_courses({{kUp, kUp, kUp}}))},
      {"bwr", ColourMap(from_courses({{{{0, 0}, {0.5, 1}, {1, 1}}, {{0, 0}, {0.5, 1}, {1, 0}}, {{0, 1}, {0.5, 1}, {1, 0}}}}))},
  };
  return maps;
}

const std::vector<std::string>& ColourMap::names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& [name, map] : all()) list.push_back(name);
    return list;
  }();
  return names;
}

const ColourMap& ColourMap::of(const std::string& name, const std::string& where) {
  for (const auto& [known, map] : all())
    if (known == name) return map;
  throw usage_error(where, "there is no such colour map (got \"{}\", expected {}){}", name, fmt::join(names(), ", "), did_you_mean(name, names()));
}

ColourMap::Rgb ColourMap::at(float value) const {
  if (std::isnan(value)) return {0, 0, 0};
  return colour(static_cast<int>(std::clamp(value * kColours, 0.0f, static_cast<float>(kColours - 1))));
}

uint8_t colour_byte(double value) { return static_cast<uint8_t>(std::clamp(value, 0.0, 1.0) * 255); }

Image ColourMap::picture(std::span<const float> values, int64_t width) const {
  Image image(static_cast<int64_t>(values.size()) / width, width, 3);
  auto dst = image.pixels.begin();
  for (const float value : values)
    for (const double part : at(value)) *dst++ = colour_byte(part);
  return image;
}

Image overlay(const Image& picture, std::span<const float> heat, const ColourMap& colours, float alpha) {
  Image image(picture.height, picture.width, 3);
  const auto channels = static_cast<size_t>(picture.channels);
  for (size_t i = 0; i < heat.size(); ++i) {
    const ColourMap::Rgb colour = colours.at(heat[i]);
    for (size_t c = 0; c < 3; ++c) {
      const double pixel = picture.pixels[i * channels + (channels == 1 ? 0 : c)] / 255.0;
      const double sum = std::clamp(static_cast<double>(alpha) * colour[c] + pixel, 0.0, 1.0);
      image.pixels[3 * i + c] = static_cast<uint8_t>(std::lround(sum * 255));
    }
  }
  return image;
}

}  // namespace fovea
