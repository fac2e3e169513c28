using System.Text;

namespace Hrm.Samples.SolverService;

/// <summary>The card of a model: the <c>README.md</c> beside its weights.</summary>
internal static class ModelCard
{
    /// <summary>More than a card needs; a longer file is not read.</summary>
    public const int MaxBytes = 64 << 10;

    /// <summary>Reads the card.</summary>
    /// <returns>Markdown; <see langword="null"/> if the folder has no such file, or one that is empty, too long, not regular or not readable.</returns>
    public static string? Read(string folder)
    {
        try
        {
            var path = new FileInfo(Path.Combine(folder, "README.md"));
            var file = path.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? path;
            if (!file.Exists || file.Length is 0 or > MaxBytes) // Pipes and devices have length 0.
            {
                return null;
            }

            using var stream = file.OpenRead();
            var bytes = new byte[MaxBytes];
            return Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
