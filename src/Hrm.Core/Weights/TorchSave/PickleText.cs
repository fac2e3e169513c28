using System.Globalization;

namespace Hrm.Core;

/// <summary>What a value of a pickle is called in a message.</summary>
internal static class PickleText
{
    public static string Of(object? value) => value switch
    {
        null => "None",
        string text => $"the text {Quote.Text(text)}",
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        PickleTuple tuple => $"a tuple of {tuple.Items.Length}",
        PickleList list => $"a list of {list.Count}",
        PickleDictionary dictionary => $"a dict of {dictionary.Items.Count}",
        PickleGlobal global => $"the name {global}",
        TorchStorage => "a storage",
        _ => "a tensor",
    };
}
