using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>Reads and writes <c>identifiers.json</c>: the name of each puzzle id.</summary>
internal static class IdentifierFile
{
    private const int MaxBytes = 1 << 28;

    private const int MaxArrays = 1 << 10; // of puzzle ids in all splits
    private const long MaxUsedIds = 1L << 28; // in all of them: they are read whenever a split is opened

    /// <summary>Reads the names; <see langword="null"/> if there is no such file.</summary>
    /// <exception cref="HrmFileException">The file is not readable.</exception>
    /// <exception cref="DatasetFormatException">The file is too long or not a list of texts.</exception>
    public static IReadOnlyList<string>? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var text = SmallTextFile.Read(path, MaxBytes, (problem, cause) => new DatasetFormatException(path, problem, cause));
        try
        {
            var identifiers = JsonSerializer.Deserialize(text, TrainingJson.Default.StringArray) ?? throw new DatasetFormatException(path, "expected a list of texts, got null");
            var missing = Array.IndexOf<string?>(identifiers, null);
            if (missing >= 0)
            {
                throw new DatasetFormatException(path, FormattableString.Invariant($"[{missing}]: expected a text, got null"));
            }

            return identifiers;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second where a text has half of a surrogate pair in it.
            throw new DatasetFormatException(path, $"expected a list of texts: {(exception is JsonException error ? JsonFault.Describe(error) : exception.Message)}", exception);
        }
    }

    public static void Write(string path, IReadOnlyList<string> identifiers) => AtomicFile.Write(path, stream => Write(stream, identifiers));

    /// <summary>The SHA-256 of the file that <see cref="Write(string, IReadOnlyList{string})"/> makes of the names.</summary>
    public static string HashOf(IReadOnlyList<string> identifiers)
    {
        using var sha = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write))
        {
            Write(stream, identifiers);
        }

        return Convert.ToHexStringLower(sha.Hash!);
    }

    /// <summary>
    /// Compares the number of ids that a split states with the names or, without names, with the largest id that a split of the
    /// folder uses: a model takes memory for each id that is stated.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void CheckCount(
        string root, string split, PuzzleDatasetMetadata metadata, IReadOnlyList<string>? identifiers, DatasetFindings findings, CancellationToken cancellationToken = default)
    {
        var (count, why) = identifiers is null
            ? (CountUsed(root, metadata.PuzzleIdCount, findings, cancellationToken), "one more than the largest id of all splits")
            : (identifiers.Count, "the number of identifiers");
        if (count is { } expected && expected != metadata.PuzzleIdCount)
        {
            findings.Add(
                DatasetFindingKind.Metadata,
                Path.Combine(root, split, DatasetNames.Metadata),
                "num_puzzle_identifiers",
                FormattableString.Invariant($"expected {expected}, {why}, got {metadata.PuzzleIdCount}"));
        }
    }

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

    private static void Write(Stream stream, IReadOnlyList<string> identifiers)
    {
        using var writer = new StreamWriter(stream, Encoding.ASCII, leaveOpen: true);
        writer.Write('[');
        for (var i = 0; i < identifiers.Count; i++)
        {
            writer.Write(i == 0 ? string.Empty : ", ");
            writer.Write(PythonJson.Text(identifiers[i]));
        }

        writer.Write(']');
    }

    /// <summary>
    /// One more than the largest id below a limit in any split; a damaged array counts for nothing here. <see langword="null"/> if
    /// there is too much to read, which is a finding.
    /// </summary>
    private static int? CountUsed(string root, int limit, DatasetFindings findings, CancellationToken cancellationToken)
    {
        var (largest, arrays, ids, values) = (0, 0, 0L, new int[1 << 12]);
        try
        {
            foreach (var path in Directory.EnumerateDirectories(root).SelectMany(split => Directory.EnumerateFiles(split, $"*__{DatasetNames.PuzzleIds}.npy")))
            {
                if (largest == limit - 1)
                {
                    break;
                }

                largest = Math.Max(largest, LargestIn(path));
                if (++arrays > MaxArrays || ids > MaxUsedIds)
                {
                    findings.Add(
                        DatasetFindingKind.File,
                        root,
                        string.Empty,
                        $"expected {DatasetNames.Identifiers}, or at most {MaxArrays} arrays of puzzle ids with {MaxUsedIds} ids in all, as they are read without it, got more");
                    return null;
                }
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(root, "could not be read", exception);
        }

        return largest + 1;

        int LargestIn(string path)
        {
            try
            {
                using var file = NpyFile.Open(path);
                if (file.Shape.Count != 1 || (file.Dtype != NpyDtype.Int32 && file.Dtype != NpyDtype.Int64))
                {
                    return 0;
                }

                var found = 0;
                ids += file.Count;
                for (var start = 0L; start < file.Count && ids <= MaxUsedIds; start += values.Length)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var part = values.AsSpan(0, (int)Math.Min(values.Length, file.Count - start));
                    file.CopyTo(start, part);
                    foreach (var id in part)
                    {
                        found = id < limit ? Math.Max(found, id) : found;
                    }
                }

                return found;
            }
            catch (HrmException)
            {
                return 0;
            }
        }
    }
}
