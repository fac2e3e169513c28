using System.Diagnostics.CodeAnalysis;

namespace Hrm.Puzzles;

/// <summary>Which addresses may be asked, and how they are shown.</summary>
internal static class SourceAddress
{
    private const string Delimiter = "://";
    private const int DisplayedCharacters = 300;

    /// <summary>Whether text is meant as an address. One letter before the colon is a drive.</summary>
    public static bool LooksLikeOne(string text, [NotNullWhen(true)] out string? scheme)
    {
        var end = text.IndexOf(Delimiter, StringComparison.Ordinal);
        scheme = end > 1 && Uri.CheckSchemeName(text[..end]) ? text[..end] : null;
        return scheme is not null;
    }

    /// <exception cref="SourceException">The address may not be used; says why.</exception>
    public static void ThrowIfRefused(Uri address)
    {
        if (!address.IsAbsoluteUri)
        {
            throw new SourceException("address", "expected an absolute https address, got a relative one");
        }

        if (!IsAllowed(address, address))
        {
            throw new SourceException(Display(address), $"expected an https address, or http on this machine alone, got {address.Scheme}");
        }

        // HttpClient would ignore them without a word.
        if (address.UserInfo.Length > 0)
        {
            throw new SourceException(Display(address), "expected no user name and password in the address, got some; give the client a header instead");
        }
    }

    /// <summary>Whether a request that began at <paramref name="origin"/> may end at <paramref name="address"/>.</summary>
    public static bool IsAllowed(Uri address, Uri origin) =>
        address.Scheme == Uri.UriSchemeHttps
        || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback && origin.Scheme == Uri.UriSchemeHttp);

    /// <summary>The address without user name, password, query and fragment, which may hold secrets, and of bounded length.</summary>
    public static string Display(Uri address)
    {
        // Other schemes know no query: what looks like one is part of their path.
        var path = address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp ? UriComponents.Path : 0;
        var text = address.GetComponents(UriComponents.SchemeAndServer | path, UriFormat.UriEscaped);
        return text.Length <= DisplayedCharacters ? text : $"{text[..DisplayedCharacters]}…";
    }

    public static Uri WithoutFragment(Uri address) =>
        new(address.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.Fragment, UriFormat.UriEscaped));
}
