using System.Text;
using System.Text.Json;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>Reads and writes <c>identifiers.json</c>: the name of each puzzle id.</summary>
internal static class IdentifierFile
{
    private const int MaxBytes = 1 << 28;

    private static readonly JsonSerializerOptions Json = new() { MaxDepth = 2 };

    /// <exception cref="DatasetFormatException">The file is missing, too long, not readable or no list of texts.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        var text = SmallTextFile.Read(path, MaxBytes, (problem, cause) => new DatasetFormatException(path, problem, cause));
        try
        {
            var identifiers = JsonSerializer.Deserialize<string?[]>(text, Json) ?? throw new DatasetFormatException(path, "expected a list of texts, got null");
            var missing = Array.IndexOf(identifiers, null);
            if (missing >= 0)
            {
                throw new DatasetFormatException(path, FormattableString.Invariant($"[{missing}]: expected a text, got null"));
            }

            return identifiers!;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second where a text has half of a surrogate pair in it.
            throw new DatasetFormatException(path, $"expected a list of texts: {exception.Message}", exception);
        }
    }

    public static void Write(string path, IReadOnlyList<string> identifiers)
        => AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, Encoding.ASCII, leaveOpen: true);
            writer.Write('[');
            for (var i = 0; i < identifiers.Count; i++)
            {
                writer.Write(i == 0 ? string.Empty : ", ");
                writer.Write(PythonJson.Text(identifiers[i]));
            }

            writer.Write(']');
        });

    /// <summary>Finds identifiers that stand twice, and a blank one that is not called so.</summary>
    public static void Check(string path, IReadOnlyList<string> identifiers, int blankId, DatasetFindings findings)
    {
        if (blankId < identifiers.Count && identifiers[blankId] != DatasetNames.Blank)
        {
            findings.Add(
                DatasetFindingKind.Identifier, path, Place(blankId), $"expected {Quote.Text(DatasetNames.Blank)}, the id of no puzzle, got {Quote.Text(identifiers[blankId])}");
        }

        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < identifiers.Count; i++)
        {
            if (!first.TryAdd(identifiers[i], i))
            {
                findings.Add(
                    DatasetFindingKind.Identifier, path, Place(i), $"expected different identifiers, got {Quote.Text(identifiers[i])} as at {Place(first[identifiers[i]])}");
            }
        }

        static string Place(int id) => FormattableString.Invariant($"[{id}]");
    }
}
