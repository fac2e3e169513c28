using System.Text;

namespace Hrm.Core;

/// <summary>Recognises content that is often found instead of the expected one: an error page of a download, a pointer, another format.</summary>
internal static class ForeignFile
{
    public const string Safetensors = "a safetensors file";
    public const string TorchSave = "a file of torch.save";

    private const int StartBytes = 64;

    /// <summary>Returns the text of the problem, or null if the content has the expected format or is not recognised.</summary>
    public static string? Describe(InputFile file, string expected)
    {
        var start = new byte[(int)Math.Min(file.Length, StartBytes)];
        file.CopyTo(0, start);
        var (content, advice) = Recognise(start);
        return content is null || content == expected ? null : $"expected {expected}, got {content}{advice}";
    }

    private static (string? Content, string Advice) Recognise(byte[] start)
    {
        var text = Encoding.Latin1.GetString(start).Trim().Split('\n')[0].TrimEnd();
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
        {
            return ("a Git LFS pointer", ": get the content with 'git lfs pull'");
        }

        if (text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
        {
            return ("an HTML page", ": download the file itself");
        }

        return start switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => (TorchSave, ": AuthorsCheckpoint and TorchSaveFile of Hrm.PyTorch read it"),
            // Before the pickle, because the length of a header may begin with the same bytes.
            [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..] => (Safetensors, ": SafetensorsFile and, beside a config.json, HrmModel.Load(folder) read it"),
            [0x80, 2 or 3 or 4 or 5, ..] => ("a pickle without an archive, as PyTorch before 1.6 wrote", ": load it and save it again with a newer one"),
            _ when text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') => ($"the text {Quote.Text(text)}", string.Empty),
            _ => (null, string.Empty),
        };
    }
}
