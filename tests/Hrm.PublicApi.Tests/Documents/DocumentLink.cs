namespace Hrm.PublicApi.Tests.Documents;

/// <summary>A link or an image of a document.</summary>
/// <param name="Document">The document's path below the repository's root.</param>
/// <param name="Line">Where the link stands, from 1.</param>
/// <param name="Target">What it points to, as written.</param>
internal sealed record DocumentLink(string Document, int Line, string Target)
{
    /// <summary>The place, for messages.</summary>
    public override string ToString() => $"{Document}:{Line} -> {Target}";
}
