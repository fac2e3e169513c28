namespace Hrm.Puzzles;

/// <summary>How much of a download lies on the disk.</summary>
/// <param name="Bytes">The bytes so far, those of earlier attempts included. Falls back to 0 only where the server makes a download start again.</param>
/// <param name="TotalBytes">The bytes of the whole file, or <see langword="null"/> where neither the server nor the source states them.</param>
public readonly record struct DownloadProgress(long Bytes, long? TotalBytes);
