using System.Text;
using System.Text.Json;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Reads tasks token by token. A document model would keep the last of two equal keys, and would be built before any limit
/// could apply.
/// </summary>
/// <remarks>Keys that no task needs are passed over, whatever they hold; the public sets have a few.</remarks>
internal ref struct ArcJsonReader
{
    internal const int MaximumPairs = 1_000;
    internal const int MaximumTasks = 10_000;

    /// <summary>Deep enough for tasks, which need six levels, and for what may stand beside them.</summary>
    private const int MaximumDepth = 16;

    private const int MaximumKeyBytes = 1_024;

    private readonly string _file;
    private Utf8JsonReader _json;

    private ArcJsonReader(ReadOnlySpan<byte> json, string file)
    {
        _file = file;
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
    }

    private delegate T Reading<T>(ref ArcJsonReader reader);

    /// <summary>A file of one task.</summary>
    public static ArcTask ReadTask(ReadOnlySpan<byte> json, string file, string name) =>
        ReadWhole(json, file, (ref ArcJsonReader reader) => reader.ReadTask(name, string.Empty, null));

    /// <summary>A file of many tasks under their names, and the outputs of their test pairs if these are elsewhere.</summary>
    public static IReadOnlyList<ArcTask> ReadTasks(ReadOnlySpan<byte> json, string file, ArcSolutions? solutions) =>
        ReadWhole(json, file, (ref ArcJsonReader reader) => reader.ReadTasks(solutions));

    /// <summary>A file of the outputs of many tasks under their names.</summary>
    public static ArcSolutions ReadSolutions(ReadOnlySpan<byte> json, string file) =>
        ReadWhole(json, file, (ref ArcJsonReader reader) => reader.ReadSolutions());

    private static T ReadWhole<T>(ReadOnlySpan<byte> json, string file, Reading<T> read)
    {
        var reader = new ArcJsonReader(json, file);
        try
        {
            var result = read(ref reader);

            // Whatever but white space follows the value makes the reader throw.
            reader._json.Read();
            return result;
        }
        catch (JsonException error)
        {
            throw new PuzzleFormatException(
                FormattableString.Invariant($"byte {error.BytePositionInLine + 1}: expected JSON: {JsonFault.Reason(error)}"), file, (int?)error.LineNumber + 1, innerException: error);
        }
    }

    private List<ArcTask> ReadTasks(ArcSolutions? solutions)
    {
        var tasks = new List<ArcTask>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject, "an object of tasks", null);
        while (ReadKey(null) is { } name)
        {
            var path = PathOf(name);
            if (!names.Add(name))
            {
                throw Fault("expected each task once, got it twice", path);
            }

            if (tasks.Count == MaximumTasks)
            {
                throw Fault($"expected at most {MaximumTasks} tasks, got more", path);
            }

            tasks.Add(ReadTask(name, path + ".", solutions));
        }

        if (tasks.Count == 0)
        {
            throw Fault("expected at least one task, got none", null);
        }

        solutions?.RequireNoOthers(names);
        return tasks;
    }

    private ArcSolutions ReadSolutions()
    {
        var solutions = new Dictionary<string, IReadOnlyList<ArcGrid>>(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject, "an object of lists of grids", null);
        while (ReadKey(null) is { } name)
        {
            var path = PathOf(name);
            if (solutions.Count == MaximumTasks)
            {
                throw Fault($"expected at most {MaximumTasks} tasks, got more", path);
            }

            if (!solutions.TryAdd(name, ReadGrids(path)))
            {
                throw Fault("expected each task once, got it twice", path);
            }
        }

        return new ArcSolutions(_file, solutions);
    }

    private ArcTask ReadTask(string name, string prefix, ArcSolutions? solutions)
    {
        List<ArcPair>? train = null;
        List<ArcPair>? test = null;
        Expect(JsonTokenType.StartObject, "an object with train and test", prefix.TrimEnd('.'));
        while (ReadKey(prefix.TrimEnd('.')) is { } key)
        {
            switch (key)
            {
                case "train":
                    train = ReadPairs(prefix + key, train is null);
                    break;
                case "test":
                    test = ReadPairs(prefix + key, test is null);
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        if (train is null || test is null)
        {
            throw Fault("expected a list of pairs, got none", prefix + (train is null ? "train" : "test"));
        }

        solutions?.Complete(name, test);
        try
        {
            return new ArcTask(name, train, test);
        }
        catch (PuzzleFormatException fault)
        {
            throw new PuzzleFormatException(fault.Problem, _file, field: prefix + fault.Field, innerException: fault);
        }
    }

    private List<ArcPair> ReadPairs(string path, bool isFirst)
    {
        if (!isFirst)
        {
            throw Fault("expected the key once, got it twice", path);
        }

        var pairs = new List<ArcPair>();
        Expect(JsonTokenType.StartArray, "a list of pairs", path);
        while (ReadElement(JsonTokenType.StartObject, "an object with input and output", path, pairs.Count))
        {
            if (pairs.Count == MaximumPairs)
            {
                throw Fault($"expected at most {MaximumPairs} pairs, got more", path);
            }

            pairs.Add(ReadPair($"{path}[{pairs.Count}]"));
        }

        return pairs;
    }

    private ArcPair ReadPair(string path)
    {
        ArcGrid? input = null;
        ArcGrid? output = null;
        while (ReadKey(path) is { } key)
        {
            switch (key)
            {
                case "input":
                    input = ReadGrid($"{path}.input", input is null);
                    break;
                case "output":
                    output = ReadGrid($"{path}.output", output is null);
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        return new ArcPair(input ?? throw Fault("expected a grid, got none", $"{path}.input"), output);
    }

    private List<ArcGrid> ReadGrids(string path)
    {
        var grids = new List<ArcGrid>();
        Expect(JsonTokenType.StartArray, "a list of grids", path);
        while (ReadElement(JsonTokenType.StartArray, "a list of rows", path, grids.Count))
        {
            if (grids.Count == MaximumPairs)
            {
                throw Fault($"expected at most {MaximumPairs} grids, got more", path);
            }

            grids.Add(ReadRows($"{path}[{grids.Count}]"));
        }

        return grids;
    }

    private ArcGrid ReadGrid(string path, bool isFirst)
    {
        if (!isFirst)
        {
            throw Fault("expected the key once, got it twice", path);
        }

        Expect(JsonTokenType.StartArray, "a list of rows", path);
        return ReadRows(path);
    }

    /// <summary>The rows of a grid whose bracket has been read.</summary>
    private ArcGrid ReadRows(string path)
    {
        Span<byte> cells = stackalloc byte[ArcGrid.MaximumSide * ArcGrid.MaximumSide];
        var (rows, columns) = (0, 0);
        while (ReadElement(JsonTokenType.StartArray, "a list of cells", path, rows))
        {
            if (rows == ArcGrid.MaximumSide)
            {
                throw Fault($"expected 1 to {ArcGrid.MaximumSide} rows, got more", path);
            }

            var length = ReadRow(cells[(rows * columns)..], path, rows);
            columns = rows == 0 ? length : columns;
            if (length != columns)
            {
                throw Fault($"expected {columns} cells as in row 0, got {length}", $"{path}[{rows}]");
            }

            rows++;
        }

        return rows > 0
            ? ArcGrid.Create(rows, columns, cells[..(rows * columns)])
            : throw Fault($"expected 1 to {ArcGrid.MaximumSide} rows, got 0", path);
    }

    private int ReadRow(scoped Span<byte> cells, string path, int row)
    {
        var length = 0;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetByte(out var colour) || colour >= ArcGrid.ColourCount)
            {
                throw Fault($"expected a colour of 0 to {ArcGrid.ColourCount - 1}, got {Token()}", $"{path}[{row}][{length}]");
            }

            if (length == ArcGrid.MaximumSide)
            {
                throw Fault($"expected 1 to {ArcGrid.MaximumSide} cells, got more", $"{path}[{row}]");
            }

            cells[length++] = colour;
        }

        return length > 0 ? length : throw Fault($"expected 1 to {ArcGrid.MaximumSide} cells, got 0", $"{path}[{row}]");
    }

    /// <summary>Whether another element follows; it has to begin with a given token.</summary>
    private bool ReadElement(JsonTokenType type, string expected, string path, int index)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        return _json.TokenType == type ? true : throw Fault($"expected {expected}, got {Token()}", $"{path}[{index}]");
    }

    /// <summary>The next key, or null at the end of the object.</summary>
    private string? ReadKey(string? path)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        if (_json.ValueSpan.Length > MaximumKeyBytes)
        {
            throw Fault($"expected keys of at most {MaximumKeyBytes} bytes, got one of {_json.ValueSpan.Length}", path);
        }

        try
        {
            return _json.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 that is half a character.
            throw Fault("expected keys that are valid Unicode, got an escaped half of a surrogate pair", path);
        }
    }

    private void Expect(JsonTokenType type, string expected, string? path)
    {
        _json.Read();
        if (_json.TokenType != type)
        {
            throw Fault($"expected {expected}, got {Token()}", path);
        }
    }

    /// <summary>The name as it may stand in a message: it comes from the file.</summary>
    internal static string PathOf(string name) => ArcPuzzleId.FindNameFault(name) is null ? name : Quote.Text(name);

    private readonly string Token() => _json.TokenType switch
    {
        JsonTokenType.Number => Encoding.UTF8.GetString(_json.ValueSpan[..Math.Min(_json.ValueSpan.Length, 40)]),
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a string",
        JsonTokenType.Null => "null",
        _ => _json.TokenType.ToString(),
    };

    private readonly PuzzleFormatException Fault(string problem, string? path) =>
        new(problem, _file, field: string.IsNullOrEmpty(path) ? null : path);
}
