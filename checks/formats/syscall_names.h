// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

/// The machines whose system calls this assay knows by name, as AUDIT_ARCH_* of linux/audit.h.
inline constexpr uint32_t kArchX86_64 = 0xC000003E;
inline constexpr uint32_t kArchI386 = 0x40000003;
inline constexpr uint32_t kArchAarch64 = 0xC00000B7;
inline constexpr uint32_t kArchArm = 0x40000028;

/// The number of a system call (arch/*/entry/syscalls and asm-generic/unistd.h of Linux 7.0);
/// nullopt for a name that the machine does not have.
std::optional<int> SyscallNumber(uint32_t arch, std::string_view name);

/// The name of a number, or the number itself where the machine has no such name.
std::string SyscallName(uint32_t arch, int number);

/// Whether the machine's calls are known by name.
bool KnowsSyscalls(uint32_t arch);

/// The 32-bit sibling whose programs such a machine also runs ("b32" of auditctl(8)); 0 for none.
uint32_t Sibling32(uint32_t arch);

/// AUDIT_ARCH_* of the program in `elf` (elf(5): class and e_machine); 0 if it is not an ELF file
/// or of a machine that is not known here.
uint32_t ArchOfElf(std::string_view elf);

/// AUDIT_ARCH_* of a name of uname(2) or of auditctl's machine table ("x86_64", "i686", "aarch64");
/// 0 for others.
uint32_t ArchOfMachine(std::string_view name);

/// "x86_64", "i386", "aarch64", "arm", or the number in hexadecimal.
std::string ArchName(uint32_t arch);

/// The positive number of an errno name ("EACCES"); 0 for a name that is not known.
int ErrnoNumber(std::string_view name);

}  // namespace assay
