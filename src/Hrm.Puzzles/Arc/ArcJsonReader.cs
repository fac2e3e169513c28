using System.Text.Json;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Reads tasks from the JSON of a file; errors name the key. Keys that no task needs are ignored: the public sets have a few.
/// </summary>
internal sealed class ArcJsonReader(string file)
{
    /// <summary>Tasks need six levels; ignored keys can need more.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>The name as part of a message; it comes from the file.</summary>
    public static string PathOf(string name) => ArcPuzzleId.FindNameFault(name) is null ? name : Quote.Text(name);

    /// <summary>Reads a document with one of the methods below.</summary>
    public T Read<T>(ReadOnlyMemory<byte> json, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return read(document.RootElement);
        }
        catch (JsonException error)
        {
            var position = error.BytePositionInLine is { } bytes ? FormattableString.Invariant($"byte {bytes + 1}: ") : string.Empty;
            throw new HrmFormatException($"{position}expected JSON: {JsonFault.Reason(error)}", file, (int?)error.LineNumber + 1, innerException: error);
        }
        catch (InvalidOperationException error)
        {
            // An escape such as \ud800.
            throw new HrmFormatException("expected keys that are valid Unicode, got an escaped half of a surrogate pair", file, innerException: error);
        }
    }

    /// <summary>Reads values under the names of tasks.</summary>
    public OrderedDictionary<string, T> ReadNamed<T>(JsonElement named, string expected, Func<JsonElement, string, T> read)
    {
        Require(named, JsonValueKind.Object, expected, string.Empty);
        var values = new OrderedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var property in named.EnumerateObject())
        {
            values.Add(property.Name, read(property.Value, property.Name));
        }

        return values;
    }

    public ArcTask ReadTask(JsonElement task, string name, string path)
    {
        Require(task, JsonValueKind.Object, "an object with train and test", path);
        var prefix = path.Length == 0 ? path : path + ".";
        var (train, test) = (ReadPairs(task, "train", prefix), ReadPairs(task, "test", prefix));
        try
        {
            return new ArcTask(name, train, test);
        }
        catch (HrmFormatException fault)
        {
            throw new HrmFormatException(fault.Problem, file, place: prefix + fault.Place, innerException: fault);
        }
    }

    public List<ArcGrid> ReadGrids(JsonElement grids, string path) => ReadList(grids, "a list of grids", path, ReadGrid);

    private List<ArcPair> ReadPairs(JsonElement task, string key, string prefix) => task.TryGetProperty(key, out var pairs)
        ? ReadList(pairs, "a list of pairs", prefix + key, ReadPair)
        : throw Fault("expected a list of pairs, got none", prefix + key);

    private ArcPair ReadPair(JsonElement pair, string path)
    {
        Require(pair, JsonValueKind.Object, "an object with input and output", path);
        var input = pair.TryGetProperty("input", out var grid) ? ReadGrid(grid, $"{path}.input") : throw Fault("expected a grid, got none", $"{path}.input");
        return new ArcPair(input, pair.TryGetProperty("output", out grid) ? ReadGrid(grid, $"{path}.output") : null);
    }

    private ArcGrid ReadGrid(JsonElement grid, string path)
    {
        var rows = ReadSide(grid, "rows", path);
        var columns = 0;
        var cells = new List<byte>();
        foreach (var (row, line) in grid.EnumerateArray().Index())
        {
            var length = ReadSide(line, "cells", $"{path}[{row}]");
            columns = row == 0 ? length : columns;
            if (length != columns)
            {
                throw Fault($"expected {columns} cells as in row 0, got {length}", $"{path}[{row}]");
            }

            foreach (var cell in line.EnumerateArray())
            {
                cells.Add(cell.ValueKind == JsonValueKind.Number && cell.TryGetByte(out var colour) && colour < ArcGrid.ColourCount
                    ? colour
                    : throw Fault($"expected a colour of 0 to {ArcGrid.ColourCount - 1}, got {Describe(cell)}", $"{path}[{row}][{cells.Count - (row * columns)}]"));
            }
        }

        return ArcGrid.Create(rows, columns, [.. cells]);
    }

    private int ReadSide(JsonElement list, string unit, string path)
    {
        Require(list, JsonValueKind.Array, $"a list of {unit}", path);
        var length = list.GetArrayLength();
        return length is >= 1 and <= ArcGrid.MaximumSide ? length : throw Fault($"expected 1 to {ArcGrid.MaximumSide} {unit}, got {length}", path);
    }

    private List<T> ReadList<T>(JsonElement list, string expected, string path, Func<JsonElement, string, T> read)
    {
        Require(list, JsonValueKind.Array, expected, path);
        return [.. list.EnumerateArray().Select((element, index) => read(element, $"{path}[{index}]"))];
    }

    private void Require(JsonElement element, JsonValueKind kind, string expected, string path)
    {
        if (element.ValueKind != kind)
        {
            throw Fault($"expected {expected}, got {Describe(element)}", path);
        }
    }

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => Quote.Shorten(element.GetRawText(), 40),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        var kind => kind.ToString(),
    };

    private HrmFormatException Fault(string problem, string path) => new(problem, file, place: path.Length == 0 ? null : path);
}
