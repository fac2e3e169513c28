using System.Text.Json;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>The keys of <c>dataset.json</c>, each with its range; keys beyond those asked for do no harm.</summary>
internal sealed class DatasetMetadataFields(string path, JsonElement json, DatasetFindings findings)
{
    /// <summary>Whether every key asked for so far was good.</summary>
    public bool IsGood { get; private set; } = true;

    public int Integer(string key, int least, int most) => IntegerOrNull(key, least, most, mayBeNull: false) ?? least;

    public int? IntegerOrNull(string key, int least, int most) => IntegerOrNull(key, least, most, mayBeNull: true);

    public double PositiveNumber(string key)
    {
        if (!TryGet(key, out var value) || value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number) || number <= 0)
        {
            Fail(key, "a number above 0", value);
            return 1;
        }

        return number;
    }

    public IReadOnlyList<string> Names(string key, int most)
    {
        const string Expected = "different names of sets, made of letters, digits and _-+. and no dot at either end";
        if (!TryGet(key, out var value) || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0 || value.GetArrayLength() > most)
        {
            Fail(key, FormattableString.Invariant($"1 to {most} {Expected}"), value);
            return [];
        }

        var names = new List<string>();
        foreach (var element in value.EnumerateArray())
        {
            if (Text(element) is not { } name || !DatasetNames.IsPlain(name) || names.Contains(name))
            {
                Fail(key, Expected, element);
                return [];
            }

            names.Add(name);
        }

        return names;
    }

    private static string? Text(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    private int? IntegerOrNull(string key, int least, int most, bool mayBeNull)
    {
        var isThere = TryGet(key, out var value);
        if (isThere && mayBeNull && value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (!isThere || value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number) || number < least || number > most)
        {
            Fail(key, FormattableString.Invariant($"{least} … {most}{(mayBeNull ? " or null" : string.Empty)}"), value);
            return least;
        }

        return number;
    }

    private bool TryGet(string key, out JsonElement value) => json.TryGetProperty(key, out value);

    private void Fail(string key, string expected, JsonElement value)
    {
        IsGood = false;
        var got = value.ValueKind == JsonValueKind.Undefined ? "no such key" : Quote.Text(value.GetRawText());
        findings.Add(DatasetFindingKind.Key, path, key, $"expected {expected}, got {got}");
    }
}
