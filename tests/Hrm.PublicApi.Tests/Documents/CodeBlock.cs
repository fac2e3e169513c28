namespace Hrm.PublicApi.Tests.Documents;

/// <summary>A fenced block of a document.</summary>
/// <param name="Document">The document's path below the repository's root.</param>
/// <param name="Line">Where the block begins, from 1.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Text">The lines between the fences.</param>
internal sealed record CodeBlock(string Document, int Line, string Language, string Text)
{
    /// <summary>The place, for messages.</summary>
    public override string ToString() => $"{Document}:{Line} ({Language})";
}
