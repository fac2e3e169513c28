namespace Hrm.Core;

/// <summary>One entry of a zip archive whose bytes are stored as they are.</summary>
/// <param name="Name">The name below the archive's folder.</param>
/// <param name="Start">The first byte of the data in the file.</param>
/// <param name="Length">The number of bytes of the data.</param>
/// <param name="Crc">The CRC-32 that the directory gives.</param>
internal sealed record StoredZipEntry(string Name, long Start, long Length, uint Crc);
