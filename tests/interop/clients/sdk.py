"""What both generations of the Python SDK have in common."""

from .base import RpcError

# What the SDK calls back: the parameter, the method, the type of the result.
CALLBACKS = (
    ("elicitation_callback", "elicitation/create", "ElicitResult"),
    ("sampling_callback", "sampling/createMessage", "CreateMessageResult"),
    ("list_roots_callback", "roots/list", "ListRootsResult"),
)


def callbacks(client, types, known):
    """A callback for each question the SDK knows, so that it declares the capability."""

    def callback(method, result):
        async def asked(context, params=None):
            try:
                answer = await client.answer(method, wire(params) if params else {})
                return result.model_validate(answer)
            except RpcError as error:
                return types.ErrorData(code=error.code, message=error.message)

        return asked

    return {name: callback(method, getattr(types, result)) for name, method, result in CALLBACKS if name in known}


def changed(notification):
    """The method and URI of a notification that something has changed; None of another."""
    method = getattr(notification, "method", "")
    if method.endswith(("/list_changed", "/updated")):
        uri = getattr(notification.params, "uri", None)
        return method, uri and str(uri)


def wire(model):
    """A model as the JSON it is on the wire."""
    return model.model_dump(by_alias=True, mode="json", exclude_unset=True)
