using System.Text;

namespace Hrm.Core;

/// <summary>Recognises what is often found in place of a file: an error page of a download, a pointer, another format.</summary>
internal static class ForeignFile
{
    private const int StartBytes = 64;

    /// <summary>The file's content as a message names it, or null if it is not recognised.</summary>
    public static string? Describe(InputFile file)
    {
        var start = new byte[(int)Math.Min(file.Length, StartBytes)];
        file.CopyTo(0, start);
        var text = Encoding.Latin1.GetString(start).TrimStart('\ufeff', '\r', '\n', ' ');
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
        {
            return "a Git LFS pointer: get the content with 'git lfs pull'";
        }

        if (text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
        {
            return "an HTML page: download the file itself";
        }

        return start switch
        {
            [] => "an empty file, a pipe or a device",
            [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive, as torch.save writes: HrmModel.Load(path, sequenceLength) and TorchSaveFile read it",
            [0x80, 2 or 3 or 4 or 5, ..] => "a pickle without an archive, as PyTorch before 1.6 wrote: load it and save it again with a newer one",
            [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..] => "a safetensors file: SafetensorsFile and, beside a config.json, HrmModel.Load(folder) read it",
            _ when text.All(character => !char.IsControl(character) || char.IsWhiteSpace(character)) => $"the text {Quote.Text(text)}",
            _ => null,
        };
    }
}
