using System.Diagnostics.CodeAnalysis;

namespace Hrm.Puzzles;

/// <summary>
/// Name of a puzzle of a dataset: a task and the augmentation applied to it. As text <c>name_t{k}_{10 digits}</c>: k is the index of
/// the transform, and digit i is the new colour of colour i. The id of the task itself is its name.
/// </summary>
/// <remarks>
/// <c>name|||t{k}|||{10 digits}</c>, which the dataset builder of the tiny recursive model writes, is accepted too. A name has 1 to
/// 200 characters without control characters and surrogates. It is not <see cref="Blank"/>, does not contain <c>|||</c> and does not
/// end like the id of an augmented puzzle.
/// </remarks>
public sealed record ArcPuzzleId
{
    /// <summary>The text of puzzle id 0: the rows that pad a batch.</summary>
    public const string Blank = "<blank>";

    private const int MaximumNameLength = 200;
    private const string Separator = "_";
    private const string OtherSeparator = "|||";

    /// <summary>Creates an id.</summary>
    /// <param name="name">The name of the task.</param>
    /// <param name="augmentation">The augmentation; none by default.</param>
    /// <exception cref="HrmFormatException">A name that is not valid.</exception>
    public ArcPuzzleId(string name, ArcAugmentation augmentation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (FindNameFault(name) is { } fault)
        {
            throw new HrmFormatException(fault, place: nameof(name));
        }

        Name = name;
        Augmentation = augmentation;
    }

    /// <summary>The name of the task.</summary>
    public string Name { get; }

    /// <summary>The augmentation.</summary>
    public ArcAugmentation Augmentation { get; }

    /// <summary>Reads the text of an id, in either spelling.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id.</param>
    /// <returns>
    /// Whether the text is a valid id. <see cref="Blank"/> is not, nor is a text that ends like an augmentation but is not a valid
    /// one: a transform of 8, a repeated colour, a 0 that is not the first digit, or the identity.
    /// </returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ArcPuzzleId? id)
    {
        id = null;
        if (text is null)
        {
            return false;
        }

        // A name does not contain the second separator, so such a text is an augmented puzzle or not valid.
        var separator = text.Contains(OtherSeparator, StringComparison.Ordinal) ? OtherSeparator : Separator;
        var end = FindAugmentation(text, separator);
        if (end < 0)
        {
            id = FindNameFault(text) is null ? new ArcPuzzleId(text) : null;
            return id is not null;
        }

        var name = text[..end];
        var suffix = text[(end + separator.Length)..].Replace(OtherSeparator, Separator, StringComparison.Ordinal);
        if (FindNameFault(name) is null && ArcAugmentation.TryParse(suffix, out var augmentation) && !augmentation.IsIdentity)
        {
            id = new ArcPuzzleId(name, augmentation);
        }

        return id is not null;
    }

    /// <summary>The text of the id.</summary>
    public override string ToString() => Augmentation.IsIdentity ? Name : $"{Name}_{Augmentation}";

    /// <summary>The reason why a name is not valid, or <see langword="null"/>.</summary>
    internal static string? FindNameFault(string name)
    {
        if (name.Length is 0 or > MaximumNameLength)
        {
            return $"expected a name of 1 to {MaximumNameLength} characters, got {name.Length}";
        }

        if (name.Any(character => char.IsControl(character) || char.IsSurrogate(character)))
        {
            return $"expected a name without control characters and surrogates, got {Core.Quote.Text(name)}";
        }

        return name == Blank || name.Contains(OtherSeparator, StringComparison.Ordinal) || FindAugmentation(name, Separator) >= 0
            ? $"expected a name that is not {Blank}, does not contain {OtherSeparator} and does not end like the id of an augmented puzzle, got {Core.Quote.Text(name)}"
            : null;
    }

    /// <summary>The end of the name in a text that ends like <c>_t3_0123456789</c>, with any digits; otherwise -1.</summary>
    private static int FindAugmentation(ReadOnlySpan<char> text, string separator)
    {
        var colours = text.LastIndexOf(separator);
        if (colours <= 0 || !IsNumber(text[(colours + separator.Length)..]))
        {
            return -1;
        }

        var transform = text[..colours].LastIndexOf(separator);
        return transform >= 0 && text[(transform + separator.Length)..colours] is ['t', .. var number] && IsNumber(number) ? transform : -1;
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');
}
