using System.Text;
using Microsoft.Net.Http.Headers;

namespace Hrm.Samples.SolverService;

/// <summary>Rejects a body in an encoding that .NET does not decode; the framework would report it as an error of the program.</summary>
internal sealed class KnownCharset(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Charset.HasValue)
        {
            if (Find(HeaderUtilities.UnescapeAsQuotedString(type.Charset).ToString()) is not { } encoding)
            {
                context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                return Task.CompletedTask;
            }

            // The framework's reader does not accept a quoted parameter, and some aliases need quotes.
            type.Charset = encoding.WebName;
            context.Request.ContentType = type.ToString();
        }

        return next(context);
    }

    private static Encoding? Find(string name)
    {
        try
        {
            return Encoding.GetEncoding(name);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
