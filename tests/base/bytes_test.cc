// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/wire.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(Hex(Sha256Of("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256Of("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, IsReadyForTheNextMessageAfterFinal) {
  Sha256 hash;
  hash.Update("x").Final();
  EXPECT_EQ(hash.Update("abc").Final(), Sha256Of("abc"));
}

TEST(Sha256, FieldsCannotBeShiftedIntoEachOther) {
  EXPECT_NE(Sha256().UpdateField("ab").UpdateField("c").Final(),
            Sha256().UpdateField("a").UpdateField("bc").Final());
}

TEST(Sha256, AFileLargerThanTheLimitIsRefusedAndTheHashReusable) {
  TempRoot root{{"f", std::string(1000, 'x')}};
  std::vector<uint8_t> buffer(64);
  Sha256 hash;
  Fd fd(open(root.Path("f").c_str(), O_RDONLY));
  EXPECT_EQ(Sha256OfFd(fd.get(), 999, buffer, hash).error().code, ErrorCode::kInvalid);
  fd.Reset(open(root.Path("f").c_str(), O_RDONLY));
  EXPECT_EQ(Sha256OfFd(fd.get(), 1000, buffer, hash).value(), Sha256Of(std::string(1000, 'x')));
}

TEST(Hex, RoundTripsAndRefusesWhatIsNotHexadecimal) {
  EXPECT_EQ(FromHex("00ff7F").value(), std::string("\0\xff\x7f", 3));
  EXPECT_EQ(Hex(std::string_view("\0\xff\x7f", 3)), "00ff7f");
  EXPECT_FALSE(FromHex("abc"));
  EXPECT_FALSE(FromHex("0g"));
}

// RFC 4648 section 10.
TEST(Base64, GivesThePublishedTextsAndReadsNothingElse) {
  EXPECT_EQ(Base64("foob"), "Zm9vYg==");
  EXPECT_EQ(FromBase64("Zm9vYmE=").value(), "fooba");
  EXPECT_EQ(FromBase64("").value(), "");
  for (const char* bad : {"Zm9vYg=", "Zm9v Yg==", "Zm9vYh==", "Zm9vYg==\n", "Zm9vYg==Zm9v"})
    EXPECT_FALSE(FromBase64(bad)) << bad;
}

TEST(WireReader, ReadsBothByteOrders) {
  WireReader reader(std::string_view("\x01\x02\x03\x04\x01\x02", 6));
  EXPECT_EQ(reader.Be32().value(), 0x01020304u);
  EXPECT_EQ(reader.Le16().value(), 0x0201u);
  EXPECT_TRUE(reader.End());
}

TEST(WireReader, ARefusedReadConsumesNothing) {
  WireReader reader("abc");
  EXPECT_EQ(reader.Be32().error().code, ErrorCode::kInvalid);
  EXPECT_EQ(reader.Bytes(SIZE_MAX).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(reader.left(), 3u);
  EXPECT_FALSE(reader.End());
}

TEST(Printable, LeavesUtf8AndEscapesWhatATerminalWouldActOn) {
  EXPECT_EQ(Printable("/etc/Größe"), "/etc/Größe");
  EXPECT_EQ(Printable("a\x1b[31m\n"), "a\\x1b[31m\\x0a");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\xc2\\x9b") << "C1 control CSI";
  EXPECT_EQ(Printable("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "right-to-left override";
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(Printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(Printable("\xf0\x9f"), "\\xf0\\x9f") << "cut short";
}

// What Printable() wrote, read back.
std::string ReadBack(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    size_t length = text.starts_with("\\x") ? 4 : text.starts_with("\\\\") ? 2 : 1;
    bytes += length == 4 ? char(std::stoi(std::string(text.substr(2, 2)), nullptr, 16)) : text[0];
    text.remove_prefix(length);
  }
  return bytes;
}

TEST(Printable, DoublesABackslashOnlyWhereItCouldBeginAnEscape) {
  EXPECT_EQ(Printable("Debian \\n \\l"), "Debian \\n \\l") << "issue(5) reads as it is";
  EXPECT_EQ(Printable("\\x1b"), "\\\\x1b") << "four characters, not the escape";
  EXPECT_EQ(Printable("\\\x1b"), "\\\\\\x1b");
  EXPECT_EQ(Printable("end\\"), "end\\\\") << "whatever is put behind it";
  std::string alphabet = "\\x1\x1b\xff";
  for (int word = 0; word < 3125; word++) {  // all words of five of these
    std::string bytes;
    for (int i = 0, rest = word; i < 5; i++, rest /= 5) bytes += alphabet[size_t(rest % 5)];
    EXPECT_EQ(ReadBack(Printable(bytes)), bytes);
  }
}

TEST(Printable, NeverExceedsItsLimitAndNeverCutsACharacter) {
  EXPECT_EQ(Printable("abcdef", 6), "abcdef");
  EXPECT_EQ(Printable("abcdefg", 6), "abc...");
  EXPECT_EQ(Printable("ab\x01\x01", 6), "ab...");
  EXPECT_EQ(Printable("öööö", 6), "ö...");
}

TEST(WriteFileAtomically, ReplacesAndLeavesNothingBeside) {
  TempRoot root{{"state/x", "old"}};
  ASSERT_TRUE(WriteFileAtomically(root.Path("state/x"), "new", 0600));
  EXPECT_EQ(root.ReadBack("state/x"), "new");
  EXPECT_EQ(root.OpenHost().List("/state").value().size(), 1u);
}

TEST(WriteFileAtomically, SaysWhyItCannot) {
  Expected<void> result = WriteFileAtomically("/nonexistent/x", "", 0600);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(result.error().ToString(), "creating '/nonexistent/x.new': No such file or directory");
}

TEST(MappedFile, MapsAndBoundsAndRefusesADirectory) {
  TempRoot root{{"f", "bytes"}, {"empty", ""}};
  EXPECT_EQ(MappedFile::Open(root.Path("f"), 5)->bytes(), "bytes");
  EXPECT_EQ(MappedFile::Open(root.Path("f"), 4).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(MappedFile::Open(root.Path("empty"), 4)->bytes(), "");
  EXPECT_FALSE(MappedFile::Open(root.path(), 4));
}

TEST(Clock, RendersRfc3339) { EXPECT_EQ(Rfc3339(0), "1970-01-01T00:00:00Z"); }

TEST(Clock, TheBootIdHasThirtySixCharacters) { EXPECT_EQ(BootId().value().size(), 36u); }

}  // namespace
}  // namespace assay
