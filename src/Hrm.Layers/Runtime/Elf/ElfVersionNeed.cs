namespace Hrm.Layers;

/// <summary>One symbol version that a shared object asks of another (an <c>Elf64_Vernaux</c>).</summary>
/// <param name="File">The library asked, such as <c>libstdc++.so.6</c>.</param>
/// <param name="Version">The version, such as <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Index">The number under which the object's symbols refer to the version.</param>
/// <param name="Flags"><c>vna_flags</c>; bit 1 lets the loader go on without the version.</param>
/// <param name="FlagsOffset">Where in the file the flags stand.</param>
internal sealed record ElfVersionNeed(string File, string Version, ushort Index, ushort Flags, int FlagsOffset);
