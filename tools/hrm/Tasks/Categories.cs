namespace Hrm.Tool;

/// <summary>Results by what their puzzles have in common.</summary>
internal static class Categories
{
    /// <summary>All results, then those of each category: kind by kind, in the order of the names.</summary>
    /// <param name="rows">The results, at least one.</param>
    /// <param name="categoriesOf">The names that a result counts under, one of each kind; an empty name is left out.</param>
    public static IEnumerable<(string Name, T[] Rows)> Group<T>(IReadOnlyCollection<T> rows, Func<T, IReadOnlyList<string>> categoriesOf)
    {
        yield return ("all", [.. rows]);
        for (var kind = 0; kind < categoriesOf(rows.First()).Count; kind++)
        {
            foreach (var category in rows.GroupBy(row => categoriesOf(row)[kind]).Where(group => group.Key.Length > 0).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                yield return (category.Key, [.. category]);
            }
        }
    }
}
