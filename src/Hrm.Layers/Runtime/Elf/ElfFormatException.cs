namespace Hrm.Layers;

/// <summary>A file is not a 64-bit little-endian ELF shared object, or is damaged.</summary>
internal sealed class ElfFormatException(string file, string message) : HrmException($"{file}: {message}");
